namespace Foolscap.Relay.Tool.Probe;

/// <summary>What <c>probe --json</c> prints. Times are in milliseconds.</summary>
internal sealed record ProbeReport(string TubId, bool Ok, IReadOnlyList<ProbeReport.ByHint> Hints)
{
    public static ProbeReport Of(ProbeTarget target, IReadOnlyList<HintResult> results) => new(
        target.TubId.ToString(), results.All(result => result.Failure is null), [.. results.Select(ByHint.Of)]);

    internal sealed record ByHint(
        string Hint, bool Ok, double Milliseconds, IReadOnlyList<Step> Steps, ProbeStep? FailedStep, string? Error, string? Advice)
    {
        public static ByHint Of(HintResult result) => new(
            result.Hint.ToString(),
            result.Failure is null,
            Round(result.Took),
            [
                .. result.Steps.Select(step => new Step(step.Step, true, Round(step.Took), step.Detail)),
                .. result.Failure is { } failure ? (IEnumerable<Step>)[new Step(failure.Step, false, Round(failure.Took), failure.Reason)] : [],
            ],
            result.Failure?.Step,
            result.Failure?.Reason,
            result.Failure?.Advice);
    }

    internal sealed record Step(ProbeStep Name, bool Ok, double Milliseconds, string Detail);

    private static double Round(TimeSpan time) => Math.Round(time.TotalMilliseconds, 1);
}
