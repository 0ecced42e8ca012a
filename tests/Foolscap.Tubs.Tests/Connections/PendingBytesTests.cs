using System.Buffers;
using Foolscap.TestUtilities;

namespace Foolscap.Tubs.Tests.Connections;

/// <summary>What the calls of one peer that wait for their answers may make a Tub hold, all together.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class PendingBytesTests
{
    private static readonly TubLimits Limits = new() { MaxStringBytes = 1_000_000, MaxMessageBytes = 1_000_000, MaxPendingBytes = 1_000_000 };

    private readonly TaskCompletionSource<object?> _later = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TubPair _pair = null!;
    private RemoteReference _target = null!;

    [SetUp]
    public async Task Connect()
    {
        _pair = TubPair.Create(new TubPairOptions { Server = new TubOptions { Limits = Limits } });
        _target = await _pair.GetReferenceAsync(new Referenceable()
            .OnAsync("later", _ => _later.Task)
            .On("fail", _ => throw new InvalidOperationException("no"))
            .OnAsync("failLater", async _ =>
            {
                await Task.Yield();
                throw new InvalidOperationException("no");
            })
            .On("count", call => call.Arguments.Count));
    }

    [TearDown]
    public async Task Disconnect() => await _pair.DisposeAsync();

    [TestCase(400_000, 2)]
    [TestCase(60_000, 16)]
    public async Task CallAsync_BeyondMaxPendingBytes_IsRefusedUntilOthersAreAnswered(int size, int room)
    {
        Task[] waiting = [.. Enumerable.Range(0, room).Select(_ => CallAsync("later", size))];

        RemoteException? error = await Assert.CatchAsync<RemoteException>(() => CallAsync("later", size));
        Assert.That(error!.RemoteType, Is.EqualTo("foolscap.tokens.Violation"));
        Assert.That(error.RemoteMessage, Does.Contain("1000000 bytes").And.Contain("MaxPendingBytes"));
        Assert.That(await CallAsync("count", 10), Is.EqualTo(1), "there is room for a short one");
        _later.SetResult(null);
        await Task.WhenAll(waiting);

        Assert.That(await CallAsync("count", 900_000), Is.EqualTo(1));
    }

    [TestCase("fail")]
    [TestCase("failLater")]
    [TestCase("nonesuch")]
    public async Task CallAsync_ThatFails_CountsNoMore(string method)
    {
        for (int i = 0; i < 3; i++)
        {
            RemoteException? error = await Assert.CatchAsync<RemoteException>(() => CallAsync(method, 900_000));
            Assert.That(error!.RemoteMessage, Does.Not.Contain("MaxPendingBytes"));
        }

        Assert.That(Server.Calls.PendingBytes, Is.Zero);
    }

    [Test]
    public async Task CallAsync_ThatIsRefused_CountsNoMore()
    {
        Task waiting = CallAsync("later", 950_000);
        for (int i = 0; i < 3; i++)
        {
            await Assert.CatchAsync<RemoteException>(() => CallAsync("later", 60_000 + (100_000 * i)));
        }

        long held = Server.Calls.PendingBytes;
        _later.SetResult(null);
        await waiting;

        Assert.That(held, Is.EqualTo(950_000 + (7 * 64) + "later".Length));
        Assert.That(Server.Calls.PendingBytes, Is.Zero);
    }

    [Test]
    public async Task ByteStringsAndReferences_WhileNothingMoreMayBeHeld_GetThrough()
    {
        Receiver receiver = new(_later.Task);
        using RemoteReference stream = await _pair.GetReferenceAsync(receiver);
        RemoteReference other = await _pair.GetReferenceAsync(new Referenceable());
        Task waiting = CallAsync("later", 999_500);

        Assert.That(await stream.CallAsync<long>("write", [new byte[65_536]], TestTime.Token), Is.EqualTo(65_536));
        int exported = Server.ExportedReferences;
        other.Dispose();
        Assert.That(await stream.CallAsync<long>("write", [new byte[1]], TestTime.Token), Is.EqualTo(1));
        Assert.That(Server.ExportedReferences, Is.EqualTo(exported - 1), "the decref was taken");
        RemoteException? refused = await Assert.CatchAsync<RemoteException>(() => stream.CallAsync("close", [new byte[10], 1], TestTime.Token));
        Assert.That(refused!.RemoteMessage, Does.Contain("MaxPendingBytes"), "what it keeps counts as with everybody");

        _later.SetResult(null);
        await waiting;
        Assert.That(await stream.CallAsync("close", [new byte[10], 1], TestTime.Token), Is.Null);
        Assert.That(Server.Calls.PendingBytes, Is.Zero);
    }

    [Test]
    public void Validate_LessThanOneMessage_IsRefused() =>
        Assert.That(
            () => new Tub(TestCertificates.Low, new TubOptions { Limits = new TubLimits { MaxPendingBytes = (64 * 1024 * 1024) - 1 } }),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo("MaxPendingBytes"));

    private TubConnection Server => _pair.Server.Tub.Connections.Find(_pair.Client.TubId)!;

    private Task<object?> CallAsync(string method, int size) => _target.CallAsync(method, [new byte[size]], TestTime.Token);

    private sealed class Receiver(Task<object?> later) : IByteStringReceiver
    {
        public void Receive(string method, in ReadOnlySequence<byte> data, PendingAnswer answer) => answer.Complete(data.Length);

        public async ValueTask<object?> CallAsync(RemoteCall call) => await later;
    }
}
