namespace Foolscap.Relay.Interop.Tests.StreamEnds;

/// <summary>What a side does: it sends bytes, ends its direction (FIN), or resets the connection (RST).</summary>
internal enum Act
{
    Send,
    End,
    Reset,
}

/// <summary>An order of events on one relayed stream.</summary>
internal sealed record EndCase(IReadOnlyList<(bool ByB, Act Act)> Steps)
{
    /// <summary>
    /// Every order: a side may send, then may end, then may reset, or resets before; the stream is over, and with it the case,
    /// when both have ended or one has reset.
    /// </summary>
    public static IEnumerable<EndCase> All() => Continue([]);

    public override string ToString() =>
        string.Join(", ", Steps.Select(step => $"{(step.ByB ? "B" : "C")} {(step.Act switch { Act.Send => "sends", Act.End => "FIN", _ => "RST" })}"));

    private static IEnumerable<EndCase> Continue(List<(bool ByB, Act Act)> steps)
    {
        if (steps.Exists(step => step.Act == Act.Reset) || steps.Count(step => step.Act == Act.End) == 2)
        {
            yield return new EndCase(steps);
            yield break;
        }

        foreach (bool byB in new[] { true, false })
        {
            Act? last = steps.Exists(step => step.ByB == byB) ? steps.FindLast(step => step.ByB == byB).Act : null;
            foreach (Act act in Enum.GetValues<Act>().Where(act => last is null || act > last))
            {
                foreach (EndCase whole in Continue([.. steps, (byB, act)]))
                {
                    yield return whole;
                }
            }
        }
    }
}
