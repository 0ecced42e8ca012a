using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Foolscap.Relay.Client.Tests.Fixtures;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Client.Tests;

/// <summary>Connections that the client opens to the relay for single callers.</summary>
internal sealed class DirectTests
{
    private const string Token = "0123456789abcdef";
    private static readonly byte[] Request = "GET /id/x HTTP/1.1\r\n\r\n"u8.ToArray();

    private Channel<IDuplexPipe> _opened = null!;
    private readonly ConcurrentQueue<EndPoint> _addresses = new();
    private Func<CancellationToken, Task<TransportConnection>> _connect = null!;
    private ClientUnderTest _test = null!;
    private RegistrarCall _registration = null!;

    private RelayClientOptions Options => new()
    {
        ConnectDirect = (address, token) =>
        {
            _addresses.Enqueue(address);
            return _connect(token);
        },
    };

    [SetUp]
    public async Task StartAsync()
    {
        _addresses.Clear();
        _opened = Channel.CreateUnbounded<IDuplexPipe>();
        _connect = _ =>
        {
            DuplexPipePair pair = new(Piping.Boundless);
            _opened.Writer.TryWrite(pair.Second);
            return Task.FromResult(pair.FirstConnection);
        };
        (_test, _registration) = await ClientUnderTest.RegisteredAsync(Options);
    }

    [TearDown]
    public async Task DisposeAsync() => await _test.DisposeAsync();

    [Test]
    public void Register_ByDefault_AnnouncesIt() => Assert.That(_registration.Options[RelayProtocol.DirectKey], Is.True);

    [Test]
    public async Task Register_TurnedOff_DoesNotAnnounceItAndIgnoresTokens()
    {
        (ClientUnderTest test, RegistrarCall registration) = await ClientUnderTest.RegisteredAsync(Options with { DirectConnections = false });
        await using (test)
        {
            Assert.That(registration.Options.Keys, Does.Not.Contain(RelayProtocol.DirectKey));
            Assert.That(await Accept(registration, new ScriptedEnd()).Within("the answer to accept()"), Is.InstanceOf<RemoteReference>());
            Assert.That(_addresses, Is.Empty);
        }
    }

    [Test]
    public async Task Accept_WithToken_OpensAConnectionToWhereTheRelayIsAndAnswersNone()
    {
        Task<object?> accepting = Accept();
        IDuplexPipe relay = await NextOpenedAsync();
        string expected = Header(_addresses.Single());
        Assert.That(Encoding.ASCII.GetString(await relay.ReceiveAsync(expected.Length)), Is.EqualTo(expected));
        Assert.That(accepting.IsCompleted, Is.False, "It is not known yet whether the relay has got it.");
        await relay.SendAsync(Request);
        Assert.That(await accepting.Within("the answer to accept()"), Is.Null);
        Assert.That(_addresses.Single(), Is.EqualTo(_test.Network.Links[0].First.RemoteEndPoint));

        IDuplexPipe target = await _test.NextTargetAsync();
        Assert.That(await target.ReceiveAsync(Request.Length), Is.EqualTo(Request));
        await target.SendAsync(Piping.Bytes(500));
        await target.Output.CompleteAsync();
        Assert.That(await relay.ReceiveToEndAsync(), Is.EqualTo(Piping.Bytes(500)));
        await relay.SendAsync(Piping.Bytes(100, seed: 2));
        await relay.Output.CompleteAsync();
        Assert.That(await target.ReceiveToEndAsync(), Is.EqualTo(Piping.Bytes(100, seed: 2)));
        LogRecord record = await _test.Log.WaitForAsync(record => record.EventId.Id == 4003);
        Assert.That(record.Message, Does.Contain($"{Request.Length + 100} bytes to the Tub and 500 from it"));
        Assert.That(_test.Log.Records.Any(record => record.Message.Contains(Token, StringComparison.Ordinal)), Is.False, "It is a secret.");
    }

    [Test]
    public async Task Accept_WithToken_LetsGoOfTheResponder()
    {
        int exported = _registration.Listener.Connection.ExportedReferences;
        await OpenAsync();
        CancellationToken limit = TestTime.Token;
        while (_registration.Listener.Connection.ExportedReferences > exported && !limit.IsCancellationRequested)
        {
            await RoundTripAsync();
        }

        Assert.That(_registration.Listener.Connection.ExportedReferences, Is.EqualTo(exported));
    }

    [Test]
    public async Task Accept_WithoutToken_IsTheMessagePath()
    {
        Assert.That(await _registration.BeginAccept(new ScriptedEnd()).Within("the answer to accept()"), Is.InstanceOf<RemoteReference>());
        Assert.That(_addresses, Is.Empty);
    }

    [TestCase("")]
    [TestCase("a b")]
    [TestCase("a\r\nX: y")]
    [TestCase("é")]
    public async Task Accept_TokenThatCannotStandInAHeader_IsTheMessagePath(string token)
    {
        Assert.That(await Accept(token: token).Within("the answer to accept()"), Is.InstanceOf<RemoteReference>());
        Assert.That(_addresses, Is.Empty);
    }

    [Test]
    public async Task Accept_ConnectionIsRefused_IsTheMessagePathForAWhile()
    {
        _connect = _ => Task.FromException<TransportConnection>(new SocketException((int)SocketError.ConnectionRefused));
        await CheckFallbackAsync(Accept());
        LogRecord record = await _test.Log.WaitForAsync(record => record.EventId.Id == 4008);
        Assert.That(record.Message, Does.EndWith("Connection refused"));

        Assert.That(await Accept().Within("the answer to accept()"), Is.InstanceOf<RemoteReference>());
        Assert.That(_addresses, Has.Count.EqualTo(1), "It is not tried again at once.");
        _test.Time.Advance(TimeSpan.FromSeconds(61));
        Assert.That(await Accept().Within("the answer to accept()"), Is.InstanceOf<RemoteReference>());
        Assert.That(_addresses, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Accept_HostsWayThrowsAtOnce_IsTheMessagePath()
    {
        _connect = _ => throw new InvalidOperationException("the host's mistake");
        await CheckFallbackAsync(Accept());
    }

    [TestCase("HTTP/1.1 404 Not Found: unknown token\r\n\r\n")]
    [TestCase("")]
    public async Task Accept_OtherAnswerOrNone_IsTheMessagePath(string answer)
    {
        Task<object?> accepting = Accept();
        IDuplexPipe relay = await NextOpenedAsync();
        relay.Output.Write(Encoding.ASCII.GetBytes(answer));
        await relay.Output.CompleteAsync();
        await CheckFallbackAsync(accepting);
        await relay.ReceiveResetAsync();
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Accept_NothingComes_IsTheMessagePathAfterItsTime(bool connects)
    {
        if (!connects)
        {
            _connect = token => Task.Delay(Timeout.Infinite, token).ContinueWith<TransportConnection>(
                _ => throw new OperationCanceledException(token), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }

        Task<object?> accepting = Accept();
        await _test.NextTargetAsync();
        await _test.Time.WaitForTimerAsync(TimeSpan.FromSeconds(3));
        _test.Time.Advance(TimeSpan.FromSeconds(2.9));
        await RoundTripAsync();
        Assert.That(accepting.IsCompleted, Is.False);
        _test.Time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.That(await accepting.Within("the answer to accept()"), Is.InstanceOf<RemoteReference>());
    }

    [Test]
    public async Task Accept_TubCannotBeReached_IsRefusedAndTheConnectionClosed()
    {
        _test.Connect = _ => Task.FromException<TransportConnection>(new SocketException((int)SocketError.ConnectionRefused));
        RemoteException refusal = (await Assert.ThrowsAsync<RemoteException>(() => Accept().Within("the answer to accept()")))!;
        Assert.That(refusal.RemoteMessage, Does.Contain("cannot be reached"));
        await (await NextOpenedAsync()).ReceiveResetAsync();
    }

    [Test]
    public async Task Direct_ConnectionToTheRelayIsLost_TheStreamStands()
    {
        (IDuplexPipe relay, IDuplexPipe target) = await OpenAsync();
        _registration.Listener.Connection.Abort("the test cuts it");
        await _test.NextAsync(RelayState.Waiting);
        await relay.SendAsync(Piping.Bytes(10));
        Assert.That(await target.ReceiveAsync(10), Is.EqualTo(Piping.Bytes(10)));
        await target.SendAsync(Piping.Bytes(20));
        Assert.That(await relay.ReceiveAsync(20), Is.EqualTo(Piping.Bytes(20)));
    }

    [Test]
    public async Task Direct_IsLost_OnlyItsTargetIsReset()
    {
        (IDuplexPipe lost, IDuplexPipe target) = await OpenAsync();
        (IDuplexPipe relay, IDuplexPipe other) = await OpenAsync();
        await lost.Output.CompleteAsync(new IOException("reset"));
        await target.ReceiveResetAsync();
        await relay.SendAsync(Piping.Bytes(10));
        Assert.That(await other.ReceiveAsync(10), Is.EqualTo(Piping.Bytes(10)));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Dispose_DirectStreams_AreAbortedAlsoThoseOfALostConnection(bool lost)
    {
        (IDuplexPipe relay, IDuplexPipe target) = await OpenAsync();
        if (lost)
        {
            _registration.Listener.Connection.Abort("the test cuts it");
            await _test.NextAsync(RelayState.Waiting);
        }

        Task disposing = _test.Client.DisposeAsync().AsTask();
        if (!lost)
        {
            (await _test.Relay.NextAsync("unregister")).Answer(null);
        }

        await relay.ReceiveResetAsync();
        await target.ReceiveResetAsync();
        await disposing.Within("the end of the client");
    }

    [Test]
    public async Task Limits_DirectStreams_CountAsLongAsTheyLive()
    {
        (ClientUnderTest test, RegistrarCall registration) = await ClientUnderTest.RegisteredAsync(Options with { MaxStreams = 1 });
        await using (test)
        {
            (IDuplexPipe relay, IDuplexPipe target) = await OpenAsync(test, registration);
            RemoteException refusal = (await Assert.ThrowsAsync<RemoteException>(() => Accept(registration, new ScriptedEnd()).Within("a refusal")))!;
            Assert.That(refusal.RemoteMessage, Is.EqualTo("this Tub has 1 relayed connections already"));
            await relay.Output.CompleteAsync();
            await target.Output.CompleteAsync();
            await test.Log.WaitForAsync(record => record.EventId.Id == 4003);
            await OpenAsync(test, registration);
        }
    }

    private async Task CheckFallbackAsync(Task<object?> accepting)
    {
        RemoteReference handler = (RemoteReference)(await accepting.Within("the answer to accept()"))!;
        await handler.CallAsync("write", [Piping.Bytes(100)]).Within("the answer to a write");
        Assert.That(await (await _test.NextTargetAsync()).ReceiveAsync(100), Is.EqualTo(Piping.Bytes(100)));
    }

    private Task<object?> Accept(string token = Token) => Accept(_registration, new ScriptedEnd(), token);

    private static Task<object?> Accept(RegistrarCall registration, ScriptedEnd responder, string token = Token) =>
        registration.BeginAccept(responder, new Dictionary<object, object?> { [RelayProtocol.PeerKey] = "198.51.100.7:1", [RelayProtocol.DirectKey] = token });

    private int HeaderLength => Header(_addresses.Last()).Length;

    private static string Header(EndPoint address) =>
        $"GET /direct/{Token} HTTP/1.1\r\nHost: {address}\r\nUpgrade: foolscap-relay\r\nConnection: Upgrade\r\n\r\n";

    private Task<IDuplexPipe> NextOpenedAsync() => _opened.Reader.ReadAsync().Within("a direct connection");

    private Task<(IDuplexPipe Relay, IDuplexPipe Target)> OpenAsync() => OpenAsync(_test, _registration);

    /// <summary>A stream on which the request has arrived.</summary>
    private async Task<(IDuplexPipe Relay, IDuplexPipe Target)> OpenAsync(ClientUnderTest test, RegistrarCall registration)
    {
        Task<object?> accepting = Accept(registration, new ScriptedEnd());
        IDuplexPipe relay = await NextOpenedAsync();
        await relay.ReceiveAsync(HeaderLength);
        await relay.SendAsync(Request);
        Assert.That(await accepting.Within("the answer to accept()"), Is.Null);
        IDuplexPipe target = await test.NextTargetAsync();
        await target.ReceiveAsync(Request.Length);
        return (relay, target);
    }

    private async Task RoundTripAsync() => await Assert.ThrowsAsync<RemoteException>(
        () => _registration.Listener.CallAsync("nonesuch").Within("the answer to a call"));
}
