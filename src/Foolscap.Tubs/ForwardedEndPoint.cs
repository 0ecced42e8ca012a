using System.Net;
using Foolscap.Tubs.Banana;

namespace Foolscap.Tubs;

/// <summary>
/// An address that somebody between has told, a relay say: nobody has proven it, so it is no <see cref="IPEndPoint"/>. Limits
/// count by it (<see cref="AddressPrefix"/>), apart from those who connect themselves. Compares by value.
/// </summary>
public sealed class ForwardedEndPoint : EndPoint
{
    /// <summary>Makes one.</summary>
    /// <param name="address">The address as it was told, <c>host:port</c> most often; any text.</param>
    public ForwardedEndPoint(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        Address = Excerpt.Of(address);
    }

    /// <summary>The address as it was told, cut to a length, and printable.</summary>
    public string Address { get; }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ForwardedEndPoint other && other.Address == Address;

    /// <inheritdoc/>
    public override int GetHashCode() => Address.GetHashCode(StringComparison.Ordinal);

    /// <summary>The address, and that it is a forwarded one.</summary>
    /// <returns>The text, for logs.</returns>
    public override string ToString() => $"{Address} (forwarded)";
}
