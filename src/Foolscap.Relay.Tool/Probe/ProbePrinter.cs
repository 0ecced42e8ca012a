using System.Globalization;
using Foolscap.Furls;
using Foolscap.Relay.Tool.Terminal;
using Spectre.Console;

namespace Foolscap.Relay.Tool.Probe;

/// <summary>Writes a probe for people: each step as soon as it is passed.</summary>
internal sealed class ProbePrinter(ToolConsole console)
{
    private const int NameWidth = 10;
    private const int TimeWidth = 12;

    public void Begin(ProbeTarget target)
    {
        console.Screen.WriteStyled(($"Probing {target}", Styles.Plain));
    }

    public void Begin(ConnectionHint hint)
    {
        console.Screen.WriteLine();
        console.Screen.WriteStyled((hint.ToString(), Styles.Strong));
    }

    public void Write(StepResult step) => WriteStep("ok", Styles.Good, step.Step, step.Took, step.Detail);

    public void End(HintResult result)
    {
        if (result.Failure is { } failure)
        {
            WriteStep("--", Styles.Bad, failure.Step, failure.Took, failure.Reason);
            console.Screen.WriteStyled(("      ", Styles.Plain), (failure.Advice, Styles.Doubtful));
        }
        else
        {
            console.Screen.WriteStyled(("  ", Styles.Plain), ($"reached in {Format(result.Took)}", Styles.Good));
        }
    }

    public void End(IReadOnlyList<HintResult> results, ProbeTarget target)
    {
        int reached = results.Count(result => result.Failure is null);
        string what = target.Name is null ? "the Tub" : "the object";
        string all = results.Count == 1 ? "The hint" : $"{reached.ToString(CultureInfo.InvariantCulture)} of {results.Count.ToString(CultureInfo.InvariantCulture)} hints";
        string verb = results.Count != 1 ? "lead" : reached == 1 ? "leads" : "does not lead";
        console.Screen.WriteLine();
        console.Screen.WriteStyled(
            ($"{all} {verb} to {what}.", reached == results.Count ? Styles.Good : reached == 0 ? Styles.Bad : Styles.Doubtful));
    }

    private void WriteStep(string mark, Style style, ProbeStep step, TimeSpan took, string detail) => console.Screen.WriteStyled(
        ($"  {mark}  ", style),
        (step.ToString().ToLowerInvariant().PadRight(NameWidth), Styles.Plain),
        ($"{Format(took).PadLeft(TimeWidth)}  ", Styles.Plain),
        (detail, Styles.Quiet));

    private static string Format(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.0} ms");
}
