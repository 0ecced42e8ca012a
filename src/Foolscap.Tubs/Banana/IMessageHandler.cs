using System.Buffers;

namespace Foolscap.Tubs.Banana;

/// <summary>What the decoder of a connection asks, and whom it tells what it has read.</summary>
internal interface IMessageHandler
{
    /// <summary>What the calls that have been handled and not yet answered make this side hold, in bytes.</summary>
    long PendingBytes { get; }

    /// <summary>Finds the object that a call names.</summary>
    /// <returns>The object, or <see langword="null"/> if the peer holds no reference of that id.</returns>
    IReferenceable? FindTarget(long clid);

    /// <summary>A reference to one of the peer's objects has arrived (<c>my-reference</c>).</summary>
    /// <exception cref="ViolationException">The FURL is another Tub's, or too many references are held.</exception>
    RemoteReference ReceiveMyReference(long clid, string? furl);

    /// <summary>Gives a reference back that arrived in a message which is not delivered.</summary>
    void Discard(RemoteReference reference);

    /// <summary>A complete call.</summary>
    /// <param name="requestId">The number to answer to; 0 if no answer is wanted.</param>
    /// <param name="target">The object that is called.</param>
    /// <param name="call">The call.</param>
    /// <param name="cost">What it makes this side hold until it is answered, in bytes.</param>
    void HandleCall(long requestId, IReferenceable target, RemoteCall call, long cost);

    /// <summary>A complete call whose only argument is a byte string; the bytes are valid until this returns.</summary>
    void HandleBytesCall(long requestId, IByteStringReceiver target, string method, in ReadOnlySequence<byte> data);

    /// <summary>A call that cannot be delivered.</summary>
    void HandleCallViolation(long requestId, ViolationException violation);

    /// <summary>Creates the object of a call for the handler, which knows the connection.</summary>
    RemoteCall CreateCall(string method, List<object?> arguments, Dictionary<string, object?>? keywords);

    /// <summary>Tells whether an answer is awaited.</summary>
    bool IsPending(long requestId);

    /// <summary>An answer to a call of this side.</summary>
    void HandleAnswer(long requestId, object? value);

    /// <summary>A call of this side failed: at the peer, or because its answer cannot be taken.</summary>
    void HandleFailure(long requestId, FoolscapException failure);

    void HandlePing(ulong number);

    /// <summary>The peer reports why it is about to drop the connection.</summary>
    /// <exception cref="BananaException">Always: the connection ends here as well.</exception>
    void HandlePeerError(string message);
}
