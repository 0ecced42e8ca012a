using System.Globalization;
using System.Numerics;
using Foolscap.Tubs;

namespace Foolscap.Relay;

/// <summary>Windows as they stand in <c>register</c>'s options and answer, and in the answer to a <c>write</c>.</summary>
public static class RelayWindow
{
    /// <summary>Reads a window.</summary>
    /// <param name="value">A received value.</param>
    /// <returns>The window: at least 1; one that is too large for an <see cref="int"/> is cut to what fits.</returns>
    /// <exception cref="ViolationException">It is no integer of at least 1.</exception>
    public static int Parse(object? value) => value switch
    {
        long and >= 1 => (int)Math.Min((long)value, int.MaxValue),
        BigInteger { Sign: > 0 } => int.MaxValue,
        _ => throw new ViolationException(
            $"A window must be an integer of at least 1, and not {(value is long or BigInteger ? Convert.ToString(value, CultureInfo.InvariantCulture) : "another value")}."),
    };

    /// <summary>Reads the window of <c>register</c>'s options or answer.</summary>
    /// <param name="dictionary">The options or the answer.</param>
    /// <returns>The window that stands there, or the default one.</returns>
    /// <exception cref="ViolationException">It is no integer of at least 1.</exception>
    public static int Get(IReadOnlyDictionary<object, object?> dictionary)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        return dictionary.TryGetValue(RelayProtocol.WindowKey, out object? value) ? Parse(value) : RelayProtocol.DefaultWindow;
    }
}
