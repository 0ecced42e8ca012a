namespace Foolscap.TestUtilities;

/// <summary>
/// The system's clock, but its timers take ten times as long: for tests of what must happen within the product's own limits,
/// on a machine that may stand still for some seconds. Thread-safe.
/// </summary>
public sealed class PatientTimeProvider : TimeProvider
{
    private const int Factor = 10;

    private PatientTimeProvider()
    {
    }

    public static PatientTimeProvider Instance { get; } = new();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, Stretch(dueTime), Stretch(period));

    private static TimeSpan Stretch(TimeSpan time) => time > TimeSpan.Zero ? time * Factor : time;
}
