using System.IO.Pipelines;
using Foolscap.Furls;
using Foolscap.TestUtilities;
using Foolscap.Tubs.Banana;
using Foolscap.Tubs.Tests.Hostile;

namespace Foolscap.Tubs.Tests.Connections;

/// <summary>A transport of the host's own that throws where none should: when it is let go of.</summary>
internal sealed class BrokenTransportTests
{
    [Test]
    public async Task Closed_TransportThatThrowsWhenItIsDisposed_CompletesAllTheSame([Values] bool isGraceful)
    {
        InMemoryNetwork network = new();
        using RecordingLoggerFactory logs = new();
        await using TestTub server = new(network, TestCertificates.High);
        Tub client = new(TestCertificates.Low, new TubOptions { Dialer = new BrokenDialer(network) }, logs);
        RemoteReference target = await client.GetReferenceAsync(server.Tub.Register(new Referenceable()), TestTime.Token);
        TubConnection connection = target.Connection;
        server.Tub.Connections.Find(client.TubId)!.Outbox.Post(new TokensMessage(WriteUnfinished));
        await HeldAsync(client);

        if (!isGraceful)
        {
            connection.Abort("enough");
        }

        await client.DisposeAsync().WithinLimit();
        await connection.Closed.WithinLimit();
        Assert.That(client.TotalBytes.Count, Is.Zero, "what was held counts no more");
        Assert.That(logs.Records.Select(record => record.Exception?.Message), Has.Some.EqualTo("the transport is broken"));
    }

    private static void WriteUnfinished(BananaWriter writer)
    {
        writer.Open(Vocabulary.Call);
        writer.Count(0);
        writer.Count(0);
        writer.Utf8("getReferenceByName");
        writer.Open(Vocabulary.Arguments);
        writer.Count(2);
        writer.Bytes(new byte[200_000]);
    }

    private static async Task HeldAsync(Tub tub)
    {
        CancellationToken limit = TestTime.Token;
        while (tub.TotalBytes.Count == 0)
        {
            await Task.Yield();
            limit.ThrowIfCancellationRequested();
        }
    }

    private sealed class BrokenDialer(IConnectionDialer inner) : IConnectionDialer
    {
        public bool CanDial(ConnectionHint hint) => inner.CanDial(hint);

        public async Task<TransportConnection> DialAsync(ConnectionHint hint, CancellationToken cancellationToken) =>
            new BrokenConnection(await inner.DialAsync(hint, cancellationToken));
    }

    private sealed class BrokenConnection(TransportConnection inner) : TransportConnection(inner.RemoteEndPoint)
    {
        public override PipeReader Input => inner.Input;

        public override PipeWriter Output => inner.Output;

        protected override void OnAbort() => inner.Abort();

        public override async ValueTask DisposeAsync()
        {
            await inner.DisposeAsync();
            throw new InvalidOperationException("the transport is broken");
        }
    }
}
