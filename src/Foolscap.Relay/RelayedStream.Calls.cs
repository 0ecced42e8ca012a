using System.Buffers;
using System.Text;
using Foolscap.Tubs;

namespace Foolscap.Relay;

/// <summary>What the other end calls and answers.</summary>
public sealed partial class RelayedStream
{
    private const int MaxReasonLength = 200;

    /// <inheritdoc/>
    void IByteStringReceiver.Receive(string method, in ReadOnlySequence<byte> data, PendingAnswer answer)
    {
        if (method == RelayProtocol.Abort)
        {
            OnAbortedByRemote(Encoding.ASCII.GetString(data.Slice(0, Math.Min(data.Length, MaxReasonLength))));
            answer.Complete();
            return;
        }

        if (method != RelayProtocol.Write)
        {
            throw new ViolationException($"{method}() does not take a byte string");
        }

        ThrowIfOver();
        try
        {
            CheckWrite(data.Length);
            _queue.CheckRoom(data.Length);
            _observer?.OnData(StreamDirection.Inbound, data);
            _queue.Add(data, answer);
        }
        catch (Exception exception)
        {
            Refuse(exception.Message);
            throw;
        }
    }

    /// <inheritdoc/>
    ValueTask<object?> IReferenceable.CallAsync(RemoteCall call)
    {
        switch (call.Method)
        {
            case RelayProtocol.Close:
                OnClosedByRemote();
                return default;
            case RelayProtocol.Abort:
                OnAbortedByRemote(call.Arguments.ElementAtOrDefault(0) as string ?? "no reason given");
                return default;
            case RelayProtocol.Write:
                Refuse("a write must carry one byte string");
                throw new ViolationException("a write must carry one byte string");
            default:
                throw call.UnknownMethod();
        }
    }

    /// <inheritdoc/>
    void IAnswerReceiver.OnAnswer(int tag, object? value)
    {
        try
        {
            _outbound.Window.OnAnswered(tag, value is null ? null : RelayWindow.Parse(value));
        }
        catch (ViolationException violation)
        {
            Refuse(violation.Message);
        }
    }

    /// <inheritdoc/>
    void IAnswerReceiver.OnFailure(int tag, Exception failure)
    {
        if (failure is ConnectionLostException)
        {
            OnRemoteLost();
        }
        else
        {
            AbortByRemote($"the other end refused: {failure.Message}", tellRemote: true);
        }
    }

    private void CheckWrite(long length)
    {
        if (IsClosedByRemote)
        {
            throw new ViolationException("a write came after the close");
        }

        if (length is < 1 or > RelayProtocol.MaxWriteSize)
        {
            throw new ViolationException($"a write must carry 1 to {RelayProtocol.MaxWriteSize} bytes, and not {length}");
        }
    }

    private void ThrowIfOver()
    {
        if (IsStopping())
        {
            throw new ViolationException("the stream is over");
        }
    }

    /// <summary>Ends the stream because the other end breaks the rules; one that has aborted can break none.</summary>
    private void Refuse(string reason)
    {
        if (!IsStopping())
        {
            Cut(reason);
        }
    }

    private void OnAbortedByRemote(string reason) =>
        AbortByRemote($"aborted by the other end: {Shorten(reason)}", tellRemote: false);

    private void OnClosedByRemote()
    {
        lock (_gate)
        {
            if (_closed || _phase is Phase.AbortedByRemote or Phase.Over)
            {
                return;
            }

            _closed = true;
        }

        _queue.Complete();
    }

    private static string Shorten(string reason) => reason.Length > MaxReasonLength ? reason[..MaxReasonLength] : reason;
}
