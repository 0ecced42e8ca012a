using System.Buffers;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Net.Sockets;
using Foolscap.Tubs;

namespace Foolscap.Relay.Streams;

/// <summary>
/// What the other end has written and the local connection has not taken yet, never more than the window, with the
/// answers that are due when it has. What the local connection takes at once is not copied. Empty, it holds no buffer. <see cref="Add"/> and <see cref="Complete"/> are called
/// by one thread at a time, <see cref="DrainAsync"/> by another.
/// </summary>
[SuppressMessage(
    "Design",
    "CA1001:Types that own disposable fields should be disposable",
    Justification = "A source of cancellations without a timer holds nothing that has to be let go of.")]
internal sealed class ReceiveQueue(ReceiveWindow window, IRelayedStreamPacer? pacer = null)
{
    // The window is the bound, and the pipe's own would only get in its way. The reader goes on at once: it starts a
    // send that does not block, and a hop to another thread would cost more than that.
    private readonly Pipe _pipe = new(new PipeOptions(
        readerScheduler: PipeScheduler.Inline,
        writerScheduler: PipeScheduler.Inline,
        pauseWriterThreshold: 0,
        minimumSegmentSize: 32 * 1024,
        useSynchronizationContext: false));

    private readonly CancellationTokenSource _over = new();
    private readonly Lock _gate = new();
    private readonly Queue<(long End, PendingAnswer Answer)> _answers = new();
    private long _received;
    private long _written;
    private bool _finishing;
    private bool _discarding;
    private bool _drained;
    private Exception? _failure;
    private TransportConnection? _local;
    private SocketException? _sendFailure;

    /// <summary>How many bytes the local connection has taken.</summary>
    public long Written => Volatile.Read(ref _written);

    /// <summary>Whether everything up to the end has been passed on.</summary>
    public bool IsDrained => Volatile.Read(ref _drained);

    /// <summary>Takes bytes, if they are within the window.</summary>
    /// <exception cref="ViolationException">They are not; nothing is taken.</exception>
    public void Add(in ReadOnlySequence<byte> data, PendingAnswer answer)
    {
        bool discarding;
        TransportConnection? idle;
        lock (_gate)
        {
            if (_failure is not null || _finishing)
            {
                throw new ViolationException("the stream is over");
            }

            CheckRoom(data.Length);

            // Nobody is writing, and nobody will before this is written: who drains has nothing to do, and may not end.
            idle = _written == _received && pacer is null && _sendFailure is null ? _local : null;
            _received += data.Length;
            window.OnReceived(_received);
            _answers.Enqueue((_received, answer));
            discarding = _discarding;
        }

        if (discarding)
        {
            return;
        }

        long sent = idle is null ? 0 : SendAtOnce(idle, data);
        if (sent > 0)
        {
            Answer(sent);
        }

        if (sent < data.Length)
        {
            Enqueue(data.Slice(sent));
        }
    }

    private long SendAtOnce(TransportConnection local, in ReadOnlySequence<byte> data)
    {
        long sent = 0;
        try
        {
            foreach (ReadOnlyMemory<byte> segment in data)
            {
                int count = local.TrySend(segment.Span);
                sent += count;
                if (count < segment.Length)
                {
                    break;
                }
            }
        }
        catch (SocketException exception)
        {
            _sendFailure = exception; // The kernel tells of it once: who drains gets to know it from here.
        }
        catch (ObjectDisposedException)
        {
            // Who drains finds that too.
        }

        return sent;
    }

    private void Enqueue(in ReadOnlySequence<byte> data)
    {
        foreach (ReadOnlyMemory<byte> segment in data)
        {
            _pipe.Writer.Write(segment.Span);
        }

        // Completes at once: there is no threshold at which a writer would have to wait.
        ValueTask<FlushResult> flushed = _pipe.Writer.FlushAsync();
        Debug.Assert(flushed.IsCompletedSuccessfully, "A pipe without a threshold makes no writer wait.");
    }

    /// <summary>Checks that a write is within the window; only the thread that adds may ask.</summary>
    /// <exception cref="ViolationException">It is not.</exception>
    public void CheckRoom(long length)
    {
        lock (_gate)
        {
            if (_received + length > window.Edge)
            {
                throw new ViolationException(
                    $"a write of {length} bytes goes beyond the window of {window.Size}: {_received - _written} are not answered yet");
            }
        }
    }

    /// <summary>Nothing more will come.</summary>
    public void Complete() => _pipe.Writer.Complete();

    /// <summary>
    /// Nothing more will come, whatever is said, and what is there is passed on. Unlike <see cref="Complete"/> it may be called
    /// by any thread.
    /// </summary>
    public void Finish()
    {
        lock (_gate)
        {
            _finishing = true;
        }

        _pipe.Reader.CancelPendingRead();
    }

    /// <summary>The local connection takes nothing any more: what comes now is thrown away, and not answered.</summary>
    public void Discard()
    {
        lock (_gate)
        {
            _discarding = true;
        }
    }

    /// <summary>Passes everything on to the local connection, until its end.</summary>
    public async Task DrainAsync(TransportConnection local)
    {
        lock (_gate)
        {
            _local = local;
        }

        try
        {
            await CopyAsync(local).ConfigureAwait(false);
            Volatile.Write(ref _drained, true);
        }
        finally
        {
            await _pipe.Reader.CompleteAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Ends the queue: what waits in it is answered with an error.</summary>
    public void Fail(Exception failure)
    {
        List<PendingAnswer> answers;
        lock (_gate)
        {
            _failure ??= failure;
            answers = [.. _answers.Select(due => due.Answer)];
            _answers.Clear();
        }

        answers.ForEach(answer => answer.Fail(failure));
        _over.Cancel();
        _pipe.Reader.CancelPendingRead();
    }

    private async Task CopyAsync(TransportConnection local)
    {
        while (true)
        {
            ReadResult result = await _pipe.Reader.ReadAsync().ConfigureAwait(false);

            // One piece at a time, given back before its answer invites new bytes: never more than a window is held.
            ReadOnlyMemory<byte> segment = result.Buffer.First;
            bool isLast = IsLast(segment.Length, result.IsCompleted && segment.Length == result.Buffer.Length);
            if (!segment.IsEmpty)
            {
                if (_sendFailure is not null)
                {
                    throw _sendFailure;
                }

                FlushResult flushed = await local.Output.WriteAsync(segment).ConfigureAwait(false);
                if (flushed.IsCompleted || flushed.IsCanceled)
                {
                    throw new IOException("The local connection takes no more bytes.");
                }

                if (pacer is not null)
                {
                    await pacer.WaitAsync(segment.Length, _over.Token).ConfigureAwait(false);
                }
            }

            int count = segment.Length;
            _pipe.Reader.AdvanceTo(result.Buffer.GetPosition(count));
            Answer(count);
            if (isLast)
            {
                return;
            }
        }
    }

    /// <summary>Whether nothing comes behind these bytes; a write may be counted and not be in the pipe yet.</summary>
    /// <exception cref="OperationCanceledException">The queue has failed.</exception>
    private bool IsLast(int count, bool isEndOfPipe)
    {
        lock (_gate)
        {
            if (_failure is not null)
            {
                throw new OperationCanceledException();
            }

            return isEndOfPipe || (_finishing && _written + count == _received);
        }
    }

    private void Answer(long count)
    {
        lock (_gate)
        {
            Volatile.Write(ref _written, _written + count);
            window.OnWritten(_written);
        }

        while (TryTakeDueAnswer(out PendingAnswer answer, out int? newWindow))
        {
            if (newWindow is int size)
            {
                answer.Complete(size);
            }
            else
            {
                answer.Complete();
            }
        }
    }

    private bool TryTakeDueAnswer(out PendingAnswer answer, out int? newWindow)
    {
        lock (_gate)
        {
            if (_answers.TryPeek(out (long End, PendingAnswer Answer) due) && due.End <= _written)
            {
                _answers.Dequeue();
                answer = due.Answer;
                newWindow = window.OnAnswered(due.End);
                return true;
            }
        }

        (answer, newWindow) = (default, null);
        return false;
    }
}
