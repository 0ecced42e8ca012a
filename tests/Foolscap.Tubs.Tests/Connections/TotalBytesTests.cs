using Foolscap.TestUtilities;
using Foolscap.Tubs.Banana;
using Foolscap.Tubs.Tests.Hostile;

namespace Foolscap.Tubs.Tests.Connections;

/// <summary>What the peers of all connections of a Tub, strangers that make themselves as many identities as they like, make it hold.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class TotalBytesTests
{
    private static readonly TubLimits Limits = new()
    {
        MaxStringBytes = 1_000_000,
        MaxMessageBytes = 1_000_000,
        MaxPendingBytes = 1_000_000,
        MaxTotalBytes = 1_000_000,
    };

    private readonly TaskCompletionSource<object?> _later = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly InMemoryNetwork _network = new();
    private TestTub _server = null!;
    private TestTub _stranger = null!;
    private TestTub _another = null!;
    private RemoteReference _target = null!;
    private RemoteReference _anothers = null!;

    [SetUp]
    public async Task Connect()
    {
        _server = new TestTub(_network, TestCertificates.High, new TubOptions { Limits = Limits });
        _stranger = new TestTub(_network, TestCertificates.Low);
        _another = new TestTub(_network, TestCertificates.Mid);
        Referenceable target = new Referenceable().OnAsync("later", _ => _later.Task).On("count", call => call.Arguments.Count);
        _target = await _stranger.Tub.GetReferenceAsync(_server.Tub.Register(target, "target"), TestTime.Token);
        _anothers = await _another.Tub.GetReferenceAsync(_server.Tub.Register(target, "target"), TestTime.Token);
    }

    [TearDown]
    public async Task Disconnect()
    {
        await _stranger.DisposeAsync();
        await _another.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task UnfinishedMessages_OfOthers_LeaveNoRoomForLongOnesUntilTheirConnectionsEnd()
    {
        await SendUnfinishedAsync(_target.Connection, 600_000);
        Assert.That(_server.Tub.TotalBytes.Count, Is.EqualTo(600_000).Within(2 * HeldBytes.Step));

        RemoteException? error = await Assert.CatchAsync<RemoteException>(() => CallAsync(_anothers, "count", 600_000));
        Assert.That(error!.RemoteType, Is.EqualTo("foolscap.tokens.Violation"));
        Assert.That(error.RemoteMessage, Does.Contain("1000000 bytes").And.Contain("MaxTotalBytes"));
        Assert.That(await CallAsync(_anothers, "count", 60_000), Is.EqualTo(1), "short ones get through");

        TubConnection server = Find(_stranger);
        _target.Connection.Abort("enough");
        await server.Closed.WithinLimit();
        Assert.That(await CallAsync(_anothers, "count", 600_000), Is.EqualTo(1));
        Assert.That(_server.Tub.TotalBytes.Count, Is.Zero);
    }

    [Test]
    public async Task CallAsync_WhileOthersHoldTooMuch_IsRefusedUntilTheyAreAnswered()
    {
        Task[] waiting = [.. Enumerable.Range(0, 16).Select(_ => CallAsync(_target, "later", 60_000))];
        Assert.That(await CallAsync(_target, "count", 1), Is.EqualTo(1), "so they have arrived");
        _server.Tub.TotalBytes.Add(2 * HeldBytes.Step); // a third one's
        Task one = CallAsync(_anothers, "later", 60_000);
        Task two = CallAsync(_anothers, "later", 60_000);

        RemoteException? error = await Assert.CatchAsync<RemoteException>(() => two.WithinLimit());
        Assert.That(error!.RemoteMessage, Does.Contain("MaxTotalBytes"));
        Assert.That(one.IsCompleted, Is.False, "up to 64 KiB a connection may hold in any case");
        _later.SetResult(null);
        await Task.WhenAll([one, .. waiting]).WithinLimit();

        Assert.That(await CallAsync(_anothers, "count", 800_000), Is.EqualTo(1));
        Assert.That(_server.Tub.TotalBytes.Count, Is.EqualTo(2 * HeldBytes.Step));
    }

    [Test]
    public async Task PendingCalls_OfAConnectionThatHasEnded_CountNoMore()
    {
        Task waiting = CallAsync(_target, "later", 900_000);
        Assert.That(await CallAsync(_target, "count", 1), Is.EqualTo(1), "so it has arrived");
        TubConnection server = Find(_stranger);
        Assert.That(_server.Tub.TotalBytes.Count, Is.EqualTo(900_000).Within(HeldBytes.Step));

        await server.CloseAsync().WithinLimit();
        Assert.That(_server.Tub.TotalBytes.Count, Is.Zero);
        await Assert.CatchAsync<ConnectionLostException>(() => waiting.WithinLimit());
        _later.SetResult(null);

        Assert.That(await CallAsync(_anothers, "count", 900_000), Is.EqualTo(1));
        Assert.That(_server.Tub.TotalBytes.Count, Is.Zero);
    }

    [Test]
    public void Validate_LessThanOneConnection_IsRefused() =>
        Assert.That(
            () => new Tub(TestCertificates.Low, new TubOptions { Limits = new TubLimits { MaxTotalBytes = (128 * 1024 * 1024) - 1 } }),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo("MaxTotalBytes"));

    [Test]
    public async Task Small_Set_IsValidAndTakesAWriteOfTheRelayProtocol()
    {
        await using TubPair pair = TubPair.Create(new TubPairOptions { Server = new TubOptions { Limits = TubLimits.Small } });
        using RemoteReference target = await pair.GetReferenceAsync(new Referenceable().On("write", call => call.Get<byte[]>(0).Length));

        Assert.That(await target.CallAsync<int>("write", [new byte[65_536]], TestTime.Token), Is.EqualTo(65_536));
        Assert.That(
            async () => await target.CallAsync("write", [new byte[65_537]], TestTime.Token),
            Throws.TypeOf<RemoteException>().With.Message.Contains("65536"));
    }

    private TubConnection Find(TestTub peer) => _server.Tub.Connections.Find(peer.TubId)!;

    private static Task<object?> CallAsync(RemoteReference target, string method, int size) =>
        target.CallAsync(method, [new byte[size]], TestTime.Token);

    /// <summary>Sends all of a call but its last byte string's last byte, and waits until it is there.</summary>
    private async Task SendUnfinishedAsync(TubConnection client, int size)
    {
        client.Outbox.Post(new TokensMessage(writer =>
        {
            writer.Open(Vocabulary.Call);
            writer.Count(1000);
            writer.Count(0);
            writer.Utf8("getReferenceByName");
            writer.Open(Vocabulary.Arguments);
            writer.Count(2);
            writer.Bytes(new byte[size / 2]);
            writer.Bytes(new byte[size / 2]);
            writer.Output.Truncate(writer.Output.Length - 1);
        }));
        CancellationToken limit = TestTime.Token;
        while (_server.Tub.TotalBytes.Count < size - HeldBytes.Step)
        {
            await Task.Yield();
            limit.ThrowIfCancellationRequested();
        }
    }
}
