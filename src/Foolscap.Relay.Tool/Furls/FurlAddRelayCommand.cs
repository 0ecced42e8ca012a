using System.CommandLine;
using Foolscap.Furls;
using Foolscap.Relay.Tool.CommandLine;
using Foolscap.Relay.Tool.Terminal;

namespace Foolscap.Relay.Tool.Furls;

/// <summary><c>foolscap-relay furl add-relay</c>: puts a relay's hints into a FURL.</summary>
internal static class FurlAddRelayCommand
{
    public static Command Create(ToolConsole console)
    {
        Argument<Furl> furl = Arguments.Furl("The FURL of the object.");
        Option<ConnectionHint[][]> relays = new("--relay", "-r")
        {
            Description = "A hint of the relay, such as tcp:relay.example.org:7000, or any FURL of the relay, whose hints are taken. Once for each relay.",
            HelpName = "HINT|FURL",
            Required = true,
            AllowMultipleArgumentsPerToken = false,
            CustomParser = result => Arguments.ReadAll(result, ReadRelay),
        };
        Option<RelayHintPlacement> place = new("--place")
        {
            Description = "Where the relay's hints go: first (the default), last, or only: then the FURL tells nobody the Tub's own addresses.",
            HelpName = "first|last|only",
            CustomParser = result => Arguments.Read(result, ReadPlacement),
        };
        Option<bool> json = new("--json") { Description = "Print JSON." };
        Command command = new DocumentedCommand("add-relay", "Print a FURL that leads through a relay as well. The object and its secret stay the same.")
        {
            Arguments = { furl },
            Options = { relays, place, json },
            Examples =
            [
                ("Reach an object directly or through a relay:", "foolscap-relay furl add-relay 'pb://...' --relay tcp:relay.example.org:7000"),
                ("Only through two relays:", "foolscap-relay furl add-relay 'pb://...' -r tcp:one.example:7000 -r tcp:two.example:7000 --place only"),
            ],
            Notes =
            [
                "The Tub must be attached to the relay: see 'foolscap-relay attach --help'.",
                "Callers try all hints of a FURL, and keep the first that works.",
            ],
        };
        command.SetAction(parsed =>
        {
            Furl result = parsed.GetRequiredValue(furl).WithRelayHints(parsed.GetRequiredValue(relays).SelectMany(hints => hints), parsed.GetValue(place));
            if (parsed.GetValue(json))
            {
                Json.Write(console.Out, new { Furl = result.ToString(), TubId = result.TubId.ToString(), Hints = result.Hints.Select(hint => hint.ToString()) });
            }
            else
            {
                console.Out.WriteLine(result);
            }

            return ExitCodes.Done;
        });
        return command;
    }

    private static ConnectionHint[] ReadRelay(string text)
    {
        if (text.Contains("pb://", StringComparison.Ordinal))
        {
            Furl relay = Furl.Parse(text);
            return relay.Hints.Count > 0 ? [.. relay.Hints] : throw new FormatException("That FURL has no hints.");
        }

        ConnectionHint hint = ConnectionHint.Parse(text);
        return hint.Type is not ("tcp" or "") || hint.TryGetTcpEndpoint(out _, out _)
            ? [hint]
            : throw new FormatException($"'{hint}' is no address that Foolscap can connect to: it wants tcp:HOST:PORT, with a port from 1 to 65535.");
    }

    private static RelayHintPlacement ReadPlacement(string text) => text.ToLowerInvariant() switch
    {
        "first" => RelayHintPlacement.First,
        "last" => RelayHintPlacement.Last,
        "only" => RelayHintPlacement.Only,
        _ => throw new FormatException($"'{text}' is neither first nor last nor only."),
    };
}
