using System.Buffers;
using Foolscap.Tubs.Banana;
using Foolscap.Tubs.References;

namespace Foolscap.Tubs.Connections;

/// <summary>What one connection has received and makes known: where decoder, references and calls meet. Thread-safe.</summary>
internal sealed class InboundMessages : IMessageHandler, IReferenceExporter
{
    private readonly TubConnection _connection;
    private readonly BrokerObject _broker;

    public InboundMessages(TubConnection connection, Tub tub)
    {
        _connection = connection;
        int limit = tub.Options.Limits.MaxReferences;
        Exports = new ExportTable(limit, tub.FindFurlText);
        Imports = new ImportTable(connection, limit);
        _broker = new BrokerObject(tub, Exports);
    }

    public ExportTable Exports { get; }

    public ImportTable Imports { get; }

    public long PendingBytes => _connection.Calls.PendingBytes;

    public void BeginMessage() => Exports.BeginMessage();

    public void Rollback() => Exports.Rollback();

    public ExportedReference Export(IReferenceable local) => Exports.Add(local);

    public long GetClid(RemoteReference remote)
    {
        if (remote.Connection != _connection)
        {
            throw new ViolationException(
                $"A reference to an object of Tub {remote.Connection.RemoteTubId} cannot be given to Tub {_connection.RemoteTubId}: gifts are not supported.");
        }

        return remote.IsReleased
            ? throw new ViolationException("A reference that has been disposed cannot be sent.")
            : remote.Clid;
    }

    public IReferenceable? FindTarget(long clid) => clid == 0 ? _broker : Exports.Find(clid);

    public RemoteReference ReceiveMyReference(long clid, string? furl) => Imports.Receive(clid, furl);

    public void Discard(RemoteReference reference) => reference.Dispose();

    public RemoteCall CreateCall(string method, List<object?> arguments, Dictionary<string, object?>? keywords) =>
        new(method, arguments, keywords, _connection);

    public void HandleCall(long requestId, IReferenceable target, RemoteCall call, long cost) =>
        _connection.Calls.Handle(new InboundCall(requestId, target, call, cost));

    public void HandleBytesCall(long requestId, IByteStringReceiver target, string method, in ReadOnlySequence<byte> data) =>
        _connection.Calls.HandleBytes(requestId, target, method, data);

    public void HandleCallViolation(long requestId, ViolationException violation) =>
        _connection.Calls.AnswerError(requestId, violation);

    public bool IsPending(long requestId) => _connection.PendingCalls.Contains(requestId);

    public void HandleAnswer(long requestId, object? value) => _connection.PendingCalls.Answer(requestId, value);

    public void HandleFailure(long requestId, FoolscapException failure) => _connection.PendingCalls.Fail(requestId, failure);

    public void HandlePing(ulong number) => _connection.PostAnswer(new PingMessage(number, isPong: true));

    public void HandlePeerError(string message) =>
        throw new BananaException($"The other end dropped the connection: {Excerpt.Of(message)}");
}
