using System.CommandLine;
using Foolscap.Furls;
using Foolscap.Relay.Tool.CommandLine;
using Foolscap.Relay.Tool.Terminal;

namespace Foolscap.Relay.Tool.Probe;

/// <summary><c>foolscap-relay probe</c>: goes a caller's way, and says where it ends.</summary>
internal sealed class ProbeCommand
{
    private const int DefaultTimeout = 30;
    private const int LongestTimeout = 600;

    private readonly Argument<ProbeTarget> _target = new("FURL")
    {
        Description = "The FURL, in quotes. '-' reads it from stdin, so that it shows in no list of processes. "
            + "A TubID alone will do, with --hint: then the Tub itself is looked for.",
        CustomParser = result => Arguments.Read(result, ReadTarget),
    };

    private readonly Option<ConnectionHint[]> _hints = new("--hint")
    {
        Description = "Try this hint, such as tcp:relay.example.org:7000, in place of those in the FURL. May be given more than once.",
        HelpName = "HINT",
        CustomParser = result => Arguments.ReadAll(result, text => ConnectionHint.Parse(text)),
    };

    private readonly Option<bool> _noObject = new("--no-object") { Description = "Do not ask the Tub for the object: the Tub itself will do." };

    private readonly Option<double> _timeout = new("--timeout")
    {
        Description = $"How long each step may take at most, in seconds. A relay holds callers for up to 20 s while the Tub comes back. [default: {DefaultTimeout}]",
        HelpName = "SECONDS",
        CustomParser = result => Arguments.Read(result, ReadTimeout),
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print JSON when all is done." };
    private readonly ToolConsole _console;

    private ProbeCommand(ToolConsole console) => _console = console;

    public static Command Create(ToolConsole console)
    {
        ProbeCommand probe = new(console);
        Command command = new DocumentedCommand("probe", "Go a caller's way to a FURL, hint by hint: each step with its time, and what to do where it ends.")
        {
            Arguments = { probe._target },
            Options = { probe._hints, probe._noObject, probe._timeout, probe._json },
            Notes =
            [
                "The steps: resolve the name, connect by TCP, request the Tub, TLS with the certificate that the TubID names,",
                "negotiate, and ask for the object. Nothing is called or changed there.",
                "It works for any FURL: through a relay, without one, and for the FURL of a relay's registrar.",
            ],
            Examples =
            [
                ("Can callers reach my storage server?", "foolscap-relay probe - < ~/.tahoe/private/storage.furl"),
                ("Can they reach my node through this relay?", "foolscap-relay probe \"$(foolscap-relay furl tubid ~/.tahoe/private/node.pem)\" --hint tcp:relay.example.org:7000"),
                ("Is the relay up? For a script:", "foolscap-relay probe - --json < registrar.furl | jq .ok"),
            ],
            ExitCodes =
            [
                (ExitCodes.Done, "Every hint leads to the object."),
                (ExitCodes.Failed, "No hint does."),
                (ExitCodes.Partly, "Some hints do, and some do not."),
                (ExitCodes.Interrupted, "Ctrl+C came first."),
            ],
        };
        command.SetAction((parsed, _) => probe.RunAsync(parsed));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        ProbeTarget target = parsed.GetRequiredValue(_target);
        if (parsed.GetValue(_hints) is { Length: > 0 } hints)
        {
            target = target with { Hints = hints };
        }

        if (target.Hints.Count == 0)
        {
            throw new ToolException(
                $"There is no hint in {target}, so nobody knows where to connect.", "Give one with --hint tcp:HOST:PORT.", ExitCodes.Usage);
        }

        if (parsed.GetValue(_noObject))
        {
            target = target with { Name = null };
        }

        TimeSpan timeout = TimeSpan.FromSeconds(parsed.GetResult(_timeout) is null ? DefaultTimeout : parsed.GetValue(_timeout));
        using Interruption interruption = new();
        ProbePrinter? printer = parsed.GetValue(_json) ? null : new ProbePrinter(_console);
        IReadOnlyList<HintResult> results = await ProbeAsync(target, timeout, printer, interruption.Token).ConfigureAwait(false);
        if (printer is null)
        {
            Json.Write(_console.Out, ProbeReport.Of(target, results));
        }

        int failed = results.Count(result => result.Failure is not null);
        return failed == 0 ? ExitCodes.Done : failed < results.Count ? ExitCodes.Partly : ExitCodes.Failed;
    }

    private static async Task<IReadOnlyList<HintResult>> ProbeAsync(
        ProbeTarget target, TimeSpan timeout, ProbePrinter? printer, CancellationToken cancellationToken)
    {
        printer?.Begin(target);
        List<HintResult> results = [];
        foreach (ConnectionHint hint in target.Hints.Distinct())
        {
            printer?.Begin(hint);
            HintProber prober = new(target, hint, timeout, step => printer?.Write(step));
            HintResult result = await prober.RunAsync(cancellationToken).ConfigureAwait(false);
            printer?.End(result);
            results.Add(result);
        }

        printer?.End(results, target);
        return results;
    }

    private static ProbeTarget ReadTarget(string text)
    {
        Arguments.RequireNoFile(text);
        text = Arguments.ReadSecret(text).Trim();
        if (text.Length == TubId.Length && TubId.TryParse(text, out TubId? tubId))
        {
            return new ProbeTarget(tubId, [], null);
        }

        Furl furl = Furl.Parse(text);
        return new ProbeTarget(furl.TubId, furl.Hints, furl.Name);
    }

    private static double ReadTimeout(string text) =>
        double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out double seconds) && seconds > 0 && seconds <= LongestTimeout
            ? seconds
            : throw new FormatException($"'{text}' is no number of seconds from 0.001 to {LongestTimeout}.");
}
