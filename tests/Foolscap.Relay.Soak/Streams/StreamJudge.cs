namespace Foolscap.Relay.Soak.Streams;

/// <summary>What may come of a connection, by its plan and by what happens to the client on its way.</summary>
internal static class StreamJudge
{
    /// <summary>How the caller sees the end if nothing disturbs the connection.</summary>
    public static StreamFault ExpectForCaller(StreamPlan plan) =>
        plan.Kind == StreamKind.TargetResets ? StreamFault.Reset : StreamFault.None;

    /// <summary>What is wrong with how a connection ended.</summary>
    /// <returns>That, or null.</returns>
    public static string? FindError(StreamPlan plan, Disturbance disturbance, StreamOutcome caller, StreamOutcome target) =>
        IsRight(plan, disturbance, caller.Fault, target.Fault) ? null : $"{plan.Kind}: caller {caller.Fault}, target {target.Fault}";

    private static bool IsRight(StreamPlan plan, Disturbance disturbance, StreamFault caller, StreamFault target) =>
        (caller == ExpectForCaller(plan) || (disturbance != Disturbance.None && caller is StreamFault.Reset or StreamFault.Refused))
        && (target == ExpectForTarget(plan) || MayTargetSee(disturbance, target));

    private static StreamFault ExpectForTarget(StreamPlan plan) => plan.Kind switch
    {
        StreamKind.CallerResets => StreamFault.Reset,
        StreamKind.Vanishes => StreamFault.NeverCame, // it gets no plan, and so does not report
        _ => StreamFault.None,
    };

    private static bool MayTargetSee(Disturbance disturbance, StreamFault fault) => disturbance switch
    {
        Disturbance.None => false,
        Disturbance.Cut => fault is StreamFault.Reset or StreamFault.NeverCame,
        _ => fault is StreamFault.Reset or StreamFault.NeverCame or StreamFault.CutShort,
    };
}
