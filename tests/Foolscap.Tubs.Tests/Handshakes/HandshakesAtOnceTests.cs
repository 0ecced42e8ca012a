using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Text;
using Foolscap.TestUtilities;
using Foolscap.Tubs.Handshakes;
using Foolscap.Tubs.Negotiation;
using Foolscap.Tubs.Transports;

namespace Foolscap.Tubs.Tests.Handshakes;

/// <summary>Real TLS, with one turn for all.</summary>
internal sealed class HandshakesAtOnceTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>A part of what a peer sends first: a record of 512 bytes, with its head only.</summary>
    private static readonly byte[] HalfHello = Convert.FromHexString("16030102000100");

    private readonly List<NegotiationClock> _clocks = [];
    private HandshakeTurns _turns = null!;

    [SetUp]
    public void Create() => _turns = new HandshakeTurns(1);

    [TearDown]
    public void Dispose()
    {
        _clocks.ForEach(clock => clock.Dispose());
        _clocks.Clear();
    }

    [Test]
    public async Task AcceptAsync_ManyAtOnce_AllGetThrough_AndAreServedInTheOrderInWhichTheyCame()
    {
        const int Count = 12;
        HandshakePlace busy = TakePlace();
        HandshakePlace[] places = [.. Enumerable.Range(0, Count).Select(_ => TakePlace())];
        await busy.EnterAsync(TestTime.Token);
        ConcurrentQueue<long> served = new();
        Wire[] wires = [.. places.Select(place => new Wire(() => served.Enqueue(place.Number)))];
        List<Task<PeerTls>> ends = [];
        foreach (int index in Enumerable.Range(0, Count).Reverse())
        {
            Task<PeerTls> accepting = PeerTls.AcceptAsync(wires[index].Server, TestCertificates.High, places[index], CancellationToken.None);
            ends.AddRange([accepting, ConnectAsync(wires[index].Client)]);
            await WaitUntilInLineAsync(Count - index);
        }

        Assert.That(served, Is.Empty);
        busy.Leave();
        PeerTls[] done = await Task.WhenAll(ends).WaitAsync(Limit);

        Assert.That(served, Is.EqualTo(places.Select(place => place.Number)));
        Assert.That((_turns.Free, _turns.Waiting), Is.EqualTo((1, 0)));
        foreach (PeerTls end in done)
        {
            await end.DisposeAsync();
        }
    }

    [Test]
    public async Task AcceptAsync_AStrangerHasSentAPartOfItsHello_HoldsNobodyUp_AndTakesNoTurnWithIt()
    {
        using CancellationTokenSource cancelling = new();
        DuplexPipePair slow = new();
        Task<PeerTls> stranger = PeerTls.AcceptAsync(slow.SecondConnection, TestCertificates.High, TakePlace(), cancelling.Token);
        await slow.First.Output.WriteAsync(HalfHello);
        DuplexPipePair pair = new();

        Task<PeerTls> accepting = PeerTls.AcceptAsync(pair.SecondConnection, TestCertificates.High, TakePlace(), TestTime.Token);
        await using PeerTls client = await ConnectAsync(pair.FirstConnection).WaitAsync(Limit);
        await using PeerTls server = await accepting.WaitAsync(Limit);

        Assert.That((server.PeerTubId, stranger.IsCompleted), Is.EqualTo((TestCertificates.Low.TubId, false)));
        await cancelling.CancelAsync();
        Assert.That(() => stranger.WithinLimit(), Throws.InstanceOf<OperationCanceledException>());
        Assert.That((_turns.Free, _turns.Waiting), Is.EqualTo((1, 0)));
    }

    [TestCase("47455420", Description = "no TLS")]
    [TestCase("1603010005010000010000", Description = "a ClientHello that is none")]
    [TestCase("", Description = "the end")]
    public async Task AcceptAsync_HandshakeFails_ItsTurnIsGivenBack(string hex)
    {
        DuplexPipePair pair = new();
        Task<PeerTls> accepting = PeerTls.AcceptAsync(pair.SecondConnection, TestCertificates.High, TakePlace(), TestTime.Token);

        await pair.First.Output.WriteAsync(Convert.FromHexString(hex));
        await pair.First.Output.CompleteAsync();

        Assert.That(() => accepting.WithinLimit(), Throws.TypeOf<NegotiationException>());
        Assert.That((_turns.Free, _turns.Waiting), Is.EqualTo((1, 0)));
    }

    /// <summary>By the listener, with its limit of time: that is for the peer alone.</summary>
    [Test]
    public async Task Listener_ConnectionWaitsLongForItsTurn_IsNegotiatedThen()
    {
        await using Server server = new(_turns);
        HandshakePlace busy = TakePlace();
        await busy.EnterAsync(TestTime.Token);
        await using TestTub client = new(server.Network, TestCertificates.Low);
        Task<RemoteReference> getting = client.Tub.GetReferenceAsync(server.Furl);
        await server.Time.WaitForTimerAsync(NegotiationClock.LongestStop);

        server.Time.Advance(NegotiationClock.LongestStop - TimeSpan.FromSeconds(1));
        busy.Leave();

        using RemoteReference reference = await getting.WithinLimit();
        Assert.That(reference.Connection.RemoteTubId, Is.EqualTo(server.Tub.TubId));
        Assert.That(_turns.Free, Is.EqualTo(1));
    }

    [Test]
    public async Task Listener_ConnectionWaitsForLongerThanItsPeer_IsGivenUp_AndTheLogSaysWhy()
    {
        await using Server server = new(_turns);
        HandshakePlace busy = TakePlace();
        await busy.EnterAsync(TestTime.Token);
        DuplexPipePair pair = new();
        Task handling = server.Listener.HandleAsync(pair.SecondConnection);
        await pair.First.Output.WriteAsync(Encoding.ASCII.GetBytes($"GET /id/{server.Tub.TubId} HTTP/1.1\r\n\r\n"));
        await HeaderBlock.ReadAsync(pair.First.Input, TestTime.Token);
        await pair.First.Output.WriteAsync(HalfHello);
        await server.Time.WaitForTimerAsync(NegotiationClock.LongestStop);

        server.Time.Advance(NegotiationClock.LongestStop);

        await handling.WithinLimit();
        Assert.That((_turns.Waiting, server.Listener.Statistics.HalfOpenConnections), Is.EqualTo((0, 0)));
        Assert.That(server.Log.Records.Select(record => record.Message), Has.Some.Contains("did not get to it within 120 s"));
    }

    private static Task<PeerTls> ConnectAsync(TransportConnection connection) =>
        Task.Run(() => PeerTls.ConnectAsync(connection, TestCertificates.Low, TestCertificates.High.TubId, CancellationToken.None));

    private HandshakePlace TakePlace()
    {
        NegotiationClock clock = new(Timeout.InfiniteTimeSpan, TimeProvider.System);
        _clocks.Add(clock);
        return _turns.TakePlace(clock);
    }

    private async Task WaitUntilInLineAsync(int count)
    {
        long began = Environment.TickCount64;
        while (_turns.Waiting < count)
        {
            Assert.That(TimeSpan.FromMilliseconds(Environment.TickCount64 - began), Is.LessThan(Limit));
            await Task.Yield();
        }
    }

    /// <summary>A Tub whose handshakes take their turns here, on a network of its own.</summary>
    private sealed class Server : IAsyncDisposable
    {
        public Server(HandshakeTurns turns)
        {
            Tub = new Tub(TestCertificates.High, new TubOptions { NegotiationTimeout = TimeSpan.FromSeconds(7) }, Log, Time);
            Listener = new TubListener(null, Log, Time) { Turns = turns }.Add(Tub);
            Tub.Hints = [Network.Attach(Listener)];
            Furl = Tub.Register(new Referenceable());
        }

        public FakeTimeProvider Time { get; } = new();

        public InMemoryNetwork Network { get; } = new();

        public RecordingLoggerFactory Log { get; } = new();

        public Tub Tub { get; }

        public TubListener Listener { get; }

        public Foolscap.Furls.Furl Furl { get; }

        public async ValueTask DisposeAsync()
        {
            await Listener.DisposeAsync();
            await Tub.DisposeAsync();
            Log.Dispose();
        }
    }

    /// <summary>A connection in memory that tells, within the handshake's own turn, when the server has begun to answer.</summary>
    private sealed class Wire
    {
        public Wire(Action onAnswer)
        {
            DuplexPipePair near = new();
            DuplexPipePair far = new(new PipeOptions(readerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));
            (Client, Server) = (near.FirstConnection, far.SecondConnection);
            _ = CopyAsync(near.Second.Input, far.First.Output, null);
            _ = CopyAsync(far.First.Input, near.Second.Output, onAnswer);
        }

        public TransportConnection Client { get; }

        public TransportConnection Server { get; }

        private static async Task CopyAsync(PipeReader from, PipeWriter to, Action? onFirst)
        {
            while (true)
            {
                ReadResult result = await from.ReadAsync();
                onFirst?.Invoke();
                onFirst = null;
                foreach (ReadOnlyMemory<byte> segment in result.Buffer)
                {
                    await to.WriteAsync(segment);
                }

                from.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    await to.CompleteAsync();
                    return;
                }
            }
        }
    }
}
