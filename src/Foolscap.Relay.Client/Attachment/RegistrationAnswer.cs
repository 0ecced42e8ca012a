using Foolscap.Furls;
using Foolscap.Tubs;

namespace Foolscap.Relay.Client.Attachment;

/// <summary>What a relay answers to a registration.</summary>
/// <param name="Hints">Where the relay can be reached.</param>
/// <param name="Window">How many bytes of one connection may be on their way to the relay.</param>
internal sealed record RegistrationAnswer(IReadOnlyList<ConnectionHint> Hints, int Window)
{
    private const int MaxHints = 100;

    /// <exception cref="ViolationException">The answer breaks the protocol.</exception>
    public static RegistrationAnswer Parse(object? answer)
    {
        if (answer is not Dictionary<object, object?> fields)
        {
            throw new ViolationException("The relay's answer to the registration is no dict.");
        }

        if (fields.GetValueOrDefault(RelayProtocol.VersionKey) is not long version || version != RelayProtocol.Version)
        {
            throw new ViolationException($"The relay speaks version {fields.GetValueOrDefault(RelayProtocol.VersionKey) as long? ?? 0} of the protocol; this side speaks {RelayProtocol.Version}.");
        }

        if (fields.GetValueOrDefault(RelayProtocol.HintsKey) is not List<object?> hints)
        {
            throw new ViolationException("The relay's answer to the registration has no list of hints.");
        }

        return new RegistrationAnswer([.. hints.Take(MaxHints).Select(ParseHint).Distinct()], RelayWindow.Get(fields));
    }

    private static ConnectionHint ParseHint(object? value)
    {
        string? text = value switch
        {
            string given => given,
            byte[] bytes => System.Text.Encoding.ASCII.GetString(bytes),
            _ => null,
        };
        return ConnectionHint.TryParse(text, out ConnectionHint? hint)
            ? hint
            : throw new ViolationException("The relay's answer to the registration has a hint that is none.");
    }
}
