using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Foolscap.Relay.Client.Tests.Fixtures;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Client.Tests;

/// <summary>Connections that go straight to a listener in the same process, over messages and over direct connections.</summary>
[TestFixture(false)]
[TestFixture(true)]
internal sealed class InProcessTests(bool direct)
{
    private Channel<IDuplexPipe> _opened = null!;
    private TakenConnections _taken = null!;
    private TubListener _listener = null!;
    private ClientUnderTest _test = null!;
    private RegistrarCall _registration = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _opened = Channel.CreateUnbounded<IDuplexPipe>();
        _taken = new TakenConnections();
        _listener = new TubListener(new TubListenerOptions { MaxHalfOpenConnectionsPerAddress = 1 }).Add(_taken);
        RelayClientOptions options = new()
        {
            DirectConnections = direct,
            ConnectDirect = (_, _) =>
            {
                DuplexPipePair pair = new(new PipeOptions(pauseWriterThreshold: 100_000, resumeWriterThreshold: 50_000, useSynchronizationContext: false));
                _opened.Writer.TryWrite(pair.Second);
                return Task.FromResult(pair.FirstConnection);
            },
        };
        (_test, _registration) = await ClientUnderTest.RegisteredAsync(options, target: _listener);
    }

    [TearDown]
    public async Task DisposeAsync()
    {
        await _test.DisposeAsync();
        await _listener.DisposeAsync();
    }

    [Test]
    public async Task Stream_BytesAndEndsGoBothWays()
    {
        (OfferedStream relay, TransportConnection tub) = await OpenAsync();
        await relay.SendAsync(Piping.Bytes(200_000)).AlongWith(ReceiveAsync(tub, 200_000));
        await tub.SendAsync(Piping.Bytes(50_000, seed: 2)).AlongWith(CheckAsync(relay.ReceiveAsync(50_000), 50_000, seed: 2));

        await tub.Output.CompleteAsync();
        await relay.ReceiveEndAsync();
        await relay.SendAsync(Piping.Bytes(10));
        Assert.That(await tub.ReceiveAsync(10), Is.EqualTo(Piping.Bytes(10)), "It may still be sent to.");
        await relay.EndAsync();
        Assert.That(await tub.ReceiveToEndAsync(), Is.Empty);
        LogRecord record = await _test.Log.WaitForAsync(record => record.EventId.Id == 4003);
        Assert.That(record.Message, Does.EndWith("both sides have ended it"));
        await tub.DisposeAsync();
    }

    [Test]
    public async Task Stream_RelayEndsFirst_TheTubMaySendOn()
    {
        (OfferedStream relay, TransportConnection tub) = await OpenAsync();
        await relay.EndAsync();
        Assert.That(await tub.ReceiveToEndAsync(), Is.Empty);
        await tub.SendAsync(Piping.Bytes(10));
        Assert.That(await relay.ReceiveAsync(10), Is.EqualTo(Piping.Bytes(10)));
        await tub.DisposeAsync();
        await relay.ReceiveEndAsync();
    }

    [Test]
    public async Task Stream_TubResetsIt_TheRelayGetsItsBytesAndThenTheReset()
    {
        (OfferedStream relay, TransportConnection tub) = await OpenAsync();
        await tub.SendAsync(Piping.Bytes(30_000));
        tub.Abort();
        await tub.DisposeAsync();
        Assert.That(await relay.ReceiveAsync(30_000), Is.EqualTo(Piping.Bytes(30_000)));
        await relay.ReceiveResetAsync();
    }

    [Test]
    public async Task Stream_TubResetsItBehindItsEnd_TheRelayIsReset()
    {
        (OfferedStream relay, TransportConnection tub) = await OpenAsync();
        await tub.Output.CompleteAsync();
        await relay.ReceiveEndAsync();
        tub.Abort();
        await _test.Log.WaitForAsync(record => record.EventId.Id == 4003 && record.Message.EndsWith("connection reset by peer", StringComparison.Ordinal));
    }

    [Test]
    public async Task Stream_RelayAborts_TheTubGetsItsBytesAndThenTheReset()
    {
        (OfferedStream relay, TransportConnection tub) = await OpenAsync();
        await relay.SendAsync(Piping.Bytes(10_000));
        Assert.That(await tub.ReceiveAsync(10_000), Is.EqualTo(Piping.Bytes(10_000)));
        Task<ReadResult> reading = tub.Input.ReadAsync().AsTask();
        await relay.AbortAsync();
        Assert.That(
            async () => await reading.Within("the reset"),
            Throws.TypeOf<SocketException>().With.Property("SocketErrorCode").EqualTo(SocketError.ConnectionReset));
        await tub.DisposeAsync();
    }

    [Test]
    public async Task Stream_NobodyReads_SendersWaitAndTheEndOfTheClientEndsIt()
    {
        (OfferedStream relay, TransportConnection tub) = await OpenAsync();
        Task flooding = FloodAsync(relay.SendAsync);
        Task tubFlooding = direct ? FloodAsync(bytes => tub.Output.WriteAsync(bytes).AsTask()) : Task.CompletedTask;
        Assert.That(flooding.IsCompleted, Is.False);
        await _test.Client.DisposeAsync().AsTask().AlongWith(AnswerUnregisterAsync());
        Assert.That(async () => await tub.ReceiveToEndAsync(), Throws.TypeOf<SocketException>());
        await Task.WhenAll(flooding, tubFlooding).Within("the end of both senders");
        await tub.DisposeAsync();
    }

    [Test]
    public async Task Stream_TubClosesAmidATransfer_TheRelayIsTold()
    {
        (OfferedStream relay, TransportConnection tub) = await OpenAsync();
        Task flooding = FloodAsync(relay.SendAsync);
        await tub.ReceiveAsync(50_000);
        await tub.DisposeAsync();
        await flooding.Within("the end of the sender");
    }

    [Test]
    public async Task Limits_OfAnAddress_CountTheCallerAndApartFromThoseWhoConnectThemselves()
    {
        OfferedStream first = await OfferAsync("G"u8.ToArray());
        OfferedStream second = await OfferAsync("G"u8.ToArray()); // The same caller: one that has sent no request makes room.
        byte[] refusal = "HTTP/1.1 503 Service Unavailable: "u8.ToArray();
        Assert.That((await first.ReceiveAsync(refusal.Length))[..refusal.Length], Is.EqualTo(refusal));

        TransportConnection itself = _listener.Connect(new IPEndPoint(IPAddress.Parse("198.51.100.7"), 4711));
        await itself.SendAsync(TakenConnections.Request);
        await _taken.NextAsync();
        await second.SendAsync(TakenConnections.Request[1..]);
        await _taken.NextAsync();
    }

    [Test]
    public async Task Accept_ListenerIsDisposed_IsRefusedWithTheReason()
    {
        await _listener.DisposeAsync();
        RemoteException refusal = (await Assert.ThrowsAsync<RemoteException>(
            () => _registration.BeginAccept(new ScriptedEnd()).Within("the answer to accept()")))!;
        Assert.That(refusal.RemoteMessage, Is.EqualTo("the Tub behind the relay's client cannot be reached: its listener is closed"));
    }

    [Test]
    public async Task Stream_ListenerIsDisposed_WhatItHasNotServedIsReset()
    {
        (OfferedStream other, TransportConnection tub) = await OpenAsync();
        OfferedStream relay = await OfferAsync("GET"u8.ToArray());
        await _listener.DisposeAsync();
        await relay.ReceiveResetAsync();
        await other.SendAsync(Piping.Bytes(10));
        Assert.That(await tub.ReceiveAsync(10), Is.EqualTo(Piping.Bytes(10)), "It has been taken over.");
    }

    private async Task<(OfferedStream Relay, TransportConnection Tub)> OpenAsync()
    {
        OfferedStream relay = await OfferAsync(TakenConnections.Request);
        TransportConnection tub = await _taken.NextAsync();
        Assert.That(tub.RemoteEndPoint, Is.EqualTo(new ForwardedEndPoint("198.51.100.7:4711")));
        return (relay, tub);
    }

    /// <summary>Offers a stream on which these bytes come first.</summary>
    private async Task<OfferedStream> OfferAsync(byte[] bytes)
    {
        if (direct)
        {
            return await OfferedStream.OfferDirectAsync(_registration, () => _opened.Reader.ReadAsync().Within("a direct connection"), bytes);
        }

        OfferedStream stream = await OfferedStream.OfferMessagesAsync(_registration);
        await stream.SendAsync(bytes);
        return stream;
    }

    private async Task AnswerUnregisterAsync() => (await _test.Relay.NextAsync("unregister")).Answer(null);

    /// <summary>Sends until that fails.</summary>
    private static async Task FloodAsync(Func<byte[], Task> sendAsync)
    {
        try
        {
            while (true)
            {
                await sendAsync(Piping.Bytes(10_000));
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or FoolscapException)
        {
            // The other end is gone.
        }
    }

    private static Task ReceiveAsync(IDuplexPipe tub, int count) => CheckAsync(tub.ReceiveAsync(count), count, seed: 1);

    private static async Task CheckAsync(Task<byte[]> receiving, int count, int seed) =>
        Assert.That((await receiving).AsSpan().SequenceEqual(Piping.Bytes(count, seed)), Is.True);
}

/// <summary>Two sides of one thing.</summary>
internal static class TaskExtensions
{
    public static Task AlongWith(this Task task, Task other) => Task.WhenAll(task, other).Within("both sides");
}
