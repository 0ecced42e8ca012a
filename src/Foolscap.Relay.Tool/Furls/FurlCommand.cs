using System.CommandLine;
using Foolscap.Relay.Tool.CommandLine;
using Foolscap.Relay.Tool.Terminal;

namespace Foolscap.Relay.Tool.Furls;

/// <summary><c>foolscap-relay furl</c>: what can be done with a FURL without any connection.</summary>
internal static class FurlCommand
{
    public static Command Create(ToolConsole console) => new DocumentedCommand("furl", "Show and compose FURLs. Nothing is connected to.")
    {
        Examples =
        [
            ("Show what is in a FURL, without its secret:", "foolscap-relay furl parse 'pb://...'"),
            ("Make a FURL lead through a relay as well:", "foolscap-relay furl add-relay 'pb://...' --relay tcp:relay.example.org:7000"),
            ("Which Tub is that? The TubID of a certificate:", "foolscap-relay furl tubid ~/.tahoe/private/node.pem"),
        ],
        Subcommands = { FurlParseCommand.Create(console), FurlAddRelayCommand.Create(console), FurlTubIdCommand.Create(console) },
    };
}
