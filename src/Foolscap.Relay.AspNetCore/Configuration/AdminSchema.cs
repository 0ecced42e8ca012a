using System.Net;
using Foolscap.Relay.Hosting;
using Foolscap.Relay.Hosting.Configuration;

namespace Foolscap.Relay.AspNetCore.Configuration;

/// <summary>The keys of the admin endpoint.</summary>
internal sealed class AdminSchema : Schema<RelayAdminOptions>
{
    public static readonly AdminSchema Instance = new();

    private AdminSchema()
        : base(
        [
            new ListSetting<RelayAdminOptions>(
                "Listen", new ListenAddressKind(), o => o.Listen,
                "The addresses on which the status page, metrics and health are served; 127.0.0.1:7001 if not given. Others than loopback need a Token."),
            new ValueSetting<RelayAdminOptions, string?>(
                "Token", new TokenKind(), o => o.Token, (o, value) => o.Token = value,
                "What everybody must give who looks; without it only this machine may look."),
            new ValueSetting<RelayAdminOptions, int>(
                "MaxViewers", Kinds.Count, o => o.MaxViewers, (o, value) => o.MaxViewers = value,
                "How many status pages may be open at once."),
        ])
    {
    }

    protected override IEnumerable<ConfigurationFault> CheckTogether(RelayAdminOptions options, string baseFolder)
    {
        if (options.Token is null
            && options.Listen.FirstOrDefault(text => EndPoints.TryParseIP(text) is { } address && !IPAddress.IsLoopback(address.Address)) is string open)
        {
            yield return new ConfigurationFault(
                "Token", null, $"is missing, and others than this machine could look at {open} (Listen)",
                $"at least {RelayAdminOptions.ShortestToken} characters that nobody guesses, or only addresses such as 127.0.0.1:7001 in Listen");
        }
    }
}
