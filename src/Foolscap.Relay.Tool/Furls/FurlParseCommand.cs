using System.CommandLine;
using Foolscap.Furls;
using Foolscap.Relay.Tool.CommandLine;
using Foolscap.Relay.Tool.Terminal;

namespace Foolscap.Relay.Tool.Furls;

/// <summary><c>foolscap-relay furl parse</c>.</summary>
internal static class FurlParseCommand
{
    public static Command Create(ToolConsole console)
    {
        Argument<Furl> furl = Arguments.Furl("The FURL.");
        Option<bool> showName = new("--show-name") { Description = "Show the object's name too. It is the secret: whoever knows it may use the object." };
        Option<bool> json = new("--json") { Description = "Print JSON." };
        Command command = new DocumentedCommand("parse", "Show the parts of a FURL, and what is doubtful about them.")
        {
            Arguments = { furl },
            Options = { showName, json },
            Examples =
            [
                ("Show a FURL without its secret:", "foolscap-relay furl parse 'pb://icd77yuhs7ehjqhp2zck34gx5g65tfb3@tcp:192.0.2.7:3457/swissnum'"),
                ("The TubID of a FURL in a file, for a script:", "foolscap-relay furl parse - --json < storage.furl | jq -r .tubId"),
            ],
        };
        command.SetAction(parsed =>
        {
            FurlParts parts = FurlParts.Of(parsed.GetRequiredValue(furl), parsed.GetValue(showName));
            if (parsed.GetValue(json))
            {
                Json.Write(console.Out, parts);
            }
            else
            {
                Write(parts, console);
            }

            return ExitCodes.Done;
        });
        return command;
    }

    private static void Write(FurlParts parts, ToolConsole console)
    {
        console.Screen.WriteStyled(("TubID  ", Styles.Quiet), (parts.TubId, Styles.Strong));
        string label = "hints  ";
        foreach (HintParts hint in parts.Hints)
        {
            string where = hint.Host is null ? "not TCP" : $"host {hint.Host}, port {hint.Port}";
            console.Screen.WriteStyled((label, Styles.Quiet), (hint.Hint, Styles.Plain), ($"  ({where})", Styles.Quiet));
            label = "       ";
        }

        if (parts.Hints.Count == 0)
        {
            console.Screen.WriteStyled((label, Styles.Quiet), ("(none)", Styles.Doubtful));
        }

        console.Screen.WriteStyled(
            ("name   ", Styles.Quiet), (parts.Name ?? $"(hidden: {parts.NameLength} characters; --show-name shows them)", parts.Name is null ? Styles.Quiet : Styles.Plain));
        foreach (string note in parts.Notes)
        {
            console.Screen.WriteStyled(("note   ", Styles.Doubtful), (note, Styles.Plain));
        }
    }

    /// <summary>What is printed. The name is there only if it was asked for.</summary>
    private sealed record FurlParts(string TubId, IReadOnlyList<HintParts> Hints, string? Name, int NameLength, IReadOnlyList<string> Notes)
    {
        public static FurlParts Of(Furl furl, bool showName) => new(
            furl.TubId.ToString(), [.. furl.Hints.Select(HintParts.Of)], showName ? furl.Name : null, furl.Name.Length, FurlNotes.Find(furl));
    }

    private sealed record HintParts(string Hint, string Type, string? Host, int? Port)
    {
        public static HintParts Of(ConnectionHint hint) =>
            hint.TryGetTcpEndpoint(out string? host, out int port) ? new(hint.ToString(), hint.Type, host, port) : new(hint.ToString(), hint.Type, null, null);
    }
}
