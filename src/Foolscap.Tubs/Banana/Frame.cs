namespace Foolscap.Tubs.Banana;

/// <summary>One sequence that has been opened and not yet closed.</summary>
internal struct Frame
{
    public FrameKind Kind;

    /// <summary>The number written in the OPEN, which the CLOSE must repeat.</summary>
    public ulong Label;

    /// <summary>Which OPEN of the connection it is, counted from 0: what <c>(reference N)</c> names.</summary>
    public long Index;

    /// <summary>How many members have come.</summary>
    public int Members;

    /// <summary>The value that grows here, or what has come of it.</summary>
    public object? Value;

    /// <summary>The key that waits for its value, the FURL, or the members of an immutable sequence.</summary>
    public object? Extra;

    /// <summary>An integer that has come: a clid, a reference's number.</summary>
    public long Number;

    /// <summary>Whether <c>(reference N)</c> may name what grows here: Python does not track frozensets.</summary>
    public readonly bool IsTracked => GrowsContainer(Kind) && Kind != FrameKind.FrozenSet;

    /// <summary>Whether a sequence of this kind grows into an object that holds others.</summary>
    public static bool GrowsContainer(FrameKind kind) =>
        kind is FrameKind.List or FrameKind.Tuple or FrameKind.Set or FrameKind.FrozenSet or FrameKind.Dict;

    /// <summary>Opens a sequence, with what will hold its members.</summary>
    public static Frame Open(FrameKind kind, ulong label, long index)
    {
        Frame frame = new() { Kind = kind, Label = label, Index = index };
        switch (kind)
        {
            case FrameKind.Arguments:
                frame.Number = -1;
                break;
            case FrameKind.List:
                frame.Value = new List<object?>();
                break;
            case FrameKind.Tuple:
                (frame.Value, frame.Extra) = (BananaTuple.CreateIncomplete(), new List<object?>());
                break;
            case FrameKind.Set:
                frame.Value = new HashSet<object?>(PythonEquality.Instance);
                break;
            case FrameKind.FrozenSet:
                frame.Extra = new List<object?>();
                break;
            case FrameKind.Dict:
                frame.Value = new Dictionary<object, object?>(PythonEquality.Instance);
                break;
            case FrameKind.Failure:
                frame.Value = new Dictionary<string, object?>(StringComparer.Ordinal);
                break;
        }

        return frame;
    }
}
