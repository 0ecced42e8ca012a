using System.Buffers;
using System.IO.Pipelines;

namespace Foolscap.Tubs.Transports;

/// <summary>
/// A reader that gives bytes back which somebody has already consumed, and then those of the reader below. Once the
/// prefix is consumed it only passes on.
/// </summary>
internal sealed class PrefixedPipeReader(ReadOnlyMemory<byte> prefix, PipeReader inner) : PipeReader
{
    private ReadOnlyMemory<byte> _prefix = prefix;
    private bool _prefixExamined;
    private ReadResult _innerResult;
    private bool _innerRead;
    private ReadOnlySequence<byte> _given;

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (_prefix.IsEmpty)
        {
            return await inner.ReadAsync(cancellationToken).ConfigureAwait(false);
        }

        return _prefixExamined ? Join(await inner.ReadAsync(cancellationToken).ConfigureAwait(false)) : GivePrefix();
    }

    public override bool TryRead(out ReadResult result)
    {
        if (_prefix.IsEmpty)
        {
            return inner.TryRead(out result);
        }

        if (!_prefixExamined)
        {
            result = GivePrefix();
            return true;
        }

        if (inner.TryRead(out ReadResult innerResult))
        {
            result = Join(innerResult);
            return true;
        }

        result = default;
        return false;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (_prefix.IsEmpty)
        {
            inner.AdvanceTo(consumed, examined);
            return;
        }

        long consumedCount = _given.Slice(0, consumed).Length;
        long examinedCount = _given.Slice(0, examined).Length;
        int length = _prefix.Length;
        if (_innerRead)
        {
            _innerRead = false;
            ReadOnlySequence<byte> buffer = _innerResult.Buffer;
            inner.AdvanceTo(buffer.GetPosition(Math.Max(0, consumedCount - length)), buffer.GetPosition(Math.Max(0, examinedCount - length)));
        }

        _prefix = _prefix[(int)Math.Min(consumedCount, length)..];
        _prefixExamined = examinedCount >= length;
        _given = default;
    }

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null)
    {
        _prefix = default;
        inner.Complete(exception);
    }

    private ReadResult GivePrefix()
    {
        _given = new ReadOnlySequence<byte>(_prefix);
        return new ReadResult(_given, isCanceled: false, isCompleted: false);
    }

    private ReadResult Join(ReadResult result)
    {
        _innerResult = result;
        _innerRead = true;
        Segment first = new(_prefix, runningIndex: 0);
        Segment last = first;
        foreach (ReadOnlyMemory<byte> memory in result.Buffer)
        {
            last = last.Append(memory);
        }

        _given = new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
        return new ReadResult(_given, result.IsCanceled, result.IsCompleted);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long runningIndex)
        {
            Memory = memory;
            RunningIndex = runningIndex;
        }

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            Segment next = new(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
