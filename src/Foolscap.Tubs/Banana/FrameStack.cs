namespace Foolscap.Tubs.Banana;

/// <summary>
/// The sequences of one message that are open, and the containers in it that <c>(reference N)</c> may name. Not
/// thread-safe.
/// </summary>
internal sealed class FrameStack(int maxDepth)
{
    private const int KeptCapacity = 256;

    private readonly Dictionary<long, object> _containers = [];
    private Frame[] _frames = new Frame[8];

    public int Depth { get; private set; }

    public bool IsEmpty => Depth == 0;

    /// <summary>The innermost sequence, if there is one.</summary>
    public ref Frame Top => ref _frames[Depth - 1];

    /// <summary>The message itself, if there is one.</summary>
    public ref Frame Bottom => ref _frames[0];

    /// <summary>Whether a CLOSE of this number fits the frame so many levels below the top, from 1.</summary>
    public bool MatchesLabel(int level, ulong label) => _frames[Depth - level].Label == label;

    /// <exception cref="ViolationException">There are too many already.</exception>
    public void Push(FrameKind kind, ulong label, long index)
    {
        if (Depth == maxDepth)
        {
            throw new ViolationException($"Sequences nest deeper than the limit of {maxDepth}.");
        }

        if (Depth == _frames.Length)
        {
            Array.Resize(ref _frames, Math.Min(2 * _frames.Length, maxDepth));
        }

        Frame frame = Frame.Open(kind, label, index);
        _frames[Depth++] = frame;
        if (frame.IsTracked)
        {
            _containers[index] = frame.Value!;
        }
    }

    /// <summary>Takes the innermost sequence off.</summary>
    public void Pop()
    {
        Top = default;
        Depth--;
    }

    /// <exception cref="ViolationException">No container of this message has that number.</exception>
    public object FindContainer(long index) => _containers.TryGetValue(index, out object? container)
        ? container
        : throw new ViolationException($"dangling reference {index}");

    /// <summary>Forgets the message, and lets the table go if it has grown large: the next message may be small.</summary>
    public void Clear()
    {
        Array.Clear(_frames, 0, Depth);
        Depth = 0;
        _containers.Clear();
        if (_containers.Capacity > KeptCapacity)
        {
            _containers.TrimExcess();
        }
    }
}
