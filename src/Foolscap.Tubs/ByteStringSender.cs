using System.Buffers;
using System.Text;
using System.Threading.Tasks.Sources;
using Foolscap.Tubs.Connections;

namespace Foolscap.Tubs;

/// <summary>
/// Calls one method of one remote object again and again with a byte string: the sending end of a stream. Senders of one
/// connection take turns, one call each, so that none starves, and bulk data does not hold up other calls.
/// </summary>
/// <remarks>
/// Nothing is allocated for a call. One call of <see cref="SendAsync"/> at a time; it does not wait for the answer, so
/// the caller decides how much it has in flight.
/// </remarks>
public sealed class ByteStringSender : IValueTaskSource
{
    private readonly RemoteReference _target;
    private readonly byte[] _method;
    private readonly IAnswerReceiver _receiver;

    // Whoever gives a turn may hold locks of its own: the sender goes on elsewhere.
    private ManualResetValueTaskSourceCore<bool> _turn = new() { RunContinuationsAsynchronously = true };
    private ReadOnlySequence<byte> _data;
    private int _tag;

    /// <summary>Creates a sender.</summary>
    /// <param name="target">The object to call. It stays the caller's to release.</param>
    /// <param name="method">The method's name.</param>
    /// <param name="receiver">Who hears of the answers.</param>
    public ByteStringSender(RemoteReference target, string method, IAnswerReceiver receiver)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentException.ThrowIfNullOrEmpty(method);
        ArgumentNullException.ThrowIfNull(receiver);
        _target = target;
        _method = Encoding.UTF8.GetBytes(method);
        _receiver = receiver;
    }

    /// <summary>Makes one call.</summary>
    /// <param name="data">The argument; it must stay as it is until the returned task completes.</param>
    /// <param name="tag">Any number; the answer comes with it.</param>
    /// <returns>A task that completes when the call has its place on the connection, and the data has been copied.</returns>
    /// <exception cref="ConnectionLostException">The connection is gone, or ends while the call waits for its turn.</exception>
    public ValueTask SendAsync(in ReadOnlySequence<byte> data, int tag)
    {
        _data = data;
        _tag = tag;
        _turn.Reset();
        short version = _turn.Version;
        if (_target.Connection.Outbox.TrySend(this))
        {
            _data = default;
            return ValueTask.CompletedTask;
        }

        return new ValueTask(this, version);
    }

    /// <exception cref="ObjectDisposedException">The reference has been given back while the call waited for its turn.</exception>
    internal BytesCallMessage CreateMessage()
    {
        ObjectDisposedException.ThrowIf(_target.IsReleased, _target);
        return new(_target.Connection.PendingCalls.Add(_receiver, _tag), _target.Clid, _method, _data);
    }

    internal void Complete()
    {
        _data = default;
        _turn.SetResult(true);
    }

    internal void Fail(Exception failure)
    {
        _data = default;
        _turn.SetException(new ConnectionLostException(failure.Message, failure));
    }

    void IValueTaskSource.GetResult(short token) => _turn.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _turn.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _turn.OnCompleted(continuation, state, token, flags);
}
