using System.Runtime.CompilerServices;
using Foolscap.TestUtilities;

namespace Foolscap.Tubs.Tests.References;

/// <summary>Each reference that is received counts once, and is given back once.</summary>
internal sealed class ReferenceCountTests
{
    private static readonly Referenceable Thing = new();
    private TubPair _pair = null!;
    private RemoteReference _target = null!;
    private TubConnection _server = null!;
    private TaskCompletionSource<object?> _later = null!;
    private TaskCompletionSource _answered = null!;

    private TubConnection Client => _target.Connection;

    [SetUp]
    public async Task Connect()
    {
        _pair = TubPair.Create();
        _later = new TaskCompletionSource<object?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _target = await _pair.GetReferenceAsync(new Referenceable()
            .On("echo", call => call.Arguments[0])
            .On("things", call => Enumerable.Repeat<object?>(Thing, call.Get<int>(0)).ToList())
            .OnAsync("later", call =>
            {
                call.AfterAnswer(_answered.SetResult);
                return _later.Task;
            }));
        _server = _pair.Server.Tub.Connections.Find(_pair.Client.TubId)!;
    }

    [TearDown]
    public async Task Disconnect()
    {
        _target.Dispose();
        await _pair.DisposeAsync();
    }

    [Test]
    public async Task Dispose_EveryReceivedReference_TheLastOneReleasesTheObject()
    {
        List<object?> things = await _target.CallAsync<List<object?>>("things", [3], TestTime.Token);
        Assert.That((Client.HeldReferences, _server.ExportedReferences), Is.EqualTo((4, 2)), "with the target's own");
        Assert.That(things[0], Is.EqualTo(things[1]).And.Not.SameAs(things[1]));

        ((RemoteReference)things[0]!).Dispose();
        ((RemoteReference)things[0]!).Dispose();
        ((RemoteReference)things[1]!).Dispose();
        await SettleAsync();
        Assert.That((Client.HeldReferences, _server.ExportedReferences), Is.EqualTo((2, 2)));

        ((RemoteReference)things[2]!).Dispose();
        await SettleAsync();
        Assert.That((Client.HeldReferences, _server.ExportedReferences), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task Dispose_AllReferences_NothingIsLeftOnEitherSide()
    {
        RemoteReference thing = (RemoteReference)(await _target.CallAsync<List<object?>>("things", [1], TestTime.Token))[0]!;
        await SettleAsync();
        thing.Dispose();
        _target.Dispose();

        using RemoteReference fresh = await _pair.Client.Tub.GetReferenceAsync(_pair.Server.Tub.Register(Thing), TestTime.Token);
        Assert.That(_server.ExportedReferences, Is.EqualTo(1), "only the one that came last");
        fresh.Dispose();
        Assert.That(Client.HeldReferences, Is.Zero);
    }

    [Test]
    public async Task CallAsync_OwnObject_ComesHomeAsTheSameObject()
    {
        Referenceable mine = new();

        object? home = await _target.CallAsync("echo", [mine], TestTime.Token);

        Assert.That(home, Is.SameAs(mine));
    }

    [Test]
    public async Task CallAsync_TheirObject_ComesBackAsEqualReference()
    {
        using RemoteReference back = await _target.CallAsync<RemoteReference>("echo", [_target], TestTime.Token);

        Assert.That(back, Is.EqualTo(_target).And.Not.SameAs(_target));
        Assert.That(back.Furl, Is.EqualTo(_target.Furl).And.Not.Null);
    }

    [Test]
    public async Task Finalizer_ForgottenReference_IsReleased()
    {
        await ForgetAsync();
        await ReleasedAsync(() => _server.ExportedReferences == 1);

        Assert.That((Client.HeldReferences, _server.ExportedReferences), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task CallAsync_CancelledCallIsAnsweredWithAReference_WhichIsGivenBack()
    {
        using CancellationTokenSource cancel = new();
        Task<object?> call = _target.CallAsync("later", cancellationToken: cancel.Token);
        await SettleAsync();
        await cancel.CancelAsync();
        Assert.That(() => call.WithinLimit(), Throws.InstanceOf<OperationCanceledException>());

        _later.SetResult(Thing);
        await _answered.Task.WithinLimit(); // Before, nothing is there that could be given back.
        await ReleasedAsync(() => _server.ExportedReferences == 1);

        Assert.That((Client.HeldReferences, _server.ExportedReferences), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task CallAsync_MessageThatCannotBeSent_TakesItsExportsBack()
    {
        Referenceable first = new();

        Assert.That(() => _target.CallAsync("echo", [first, new Uri("http://x")], TestTime.Token), Throws.TypeOf<ViolationException>());

        Assert.That(Client.ExportedReferences, Is.Zero);
        Assert.That(await _target.CallAsync("echo", [first], TestTime.Token), Is.SameAs(first), "it is told anew as for the first time");
    }

    [TestCase(2L)]
    [TestCase(-1L)]
    public async Task Decref_OfMoreThanWasSent_IsAnErrorAndReleasesNothing(long count)
    {
        RemoteException? error = await Assert.CatchAsync<RemoteException>(() => DecrefAsync(_target.Clid, count));

        Assert.That(error!.RemoteType, Is.EqualTo("foolscap.tokens.Violation"));
        Assert.That(await _target.CallAsync<long>("echo", [1], TestTime.Token), Is.EqualTo(1));
    }

    [Test]
    public async Task Decref_OfUnknownObject_IsAnsweredWithNone() => Assert.That(await DecrefAsync(12345, 1), Is.Null);

    [Test]
    public async Task Call_OnReleasedObject_IsAViolation()
    {
        await DecrefAsync(_target.Clid, 1);

        Assert.That(
            () => _target.CallAsync("echo", [1], TestTime.Token),
            Throws.TypeOf<RemoteException>().With.Property("RemoteMessage").Contains("unknown CLID"));
    }

    [Test]
    public void CallAsync_DisposedReference_IsRefusedAsTargetAndAsArgument()
    {
        RemoteReference other = new(Client, 99, null);
        other.Dispose();

        Assert.That(() => other.CallAsync("m"), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => _target.CallAsync("echo", [other], TestTime.Token), Throws.TypeOf<ViolationException>().With.Message.Contains("disposed"));
    }

    [Test]
    public async Task CallAsync_ReferenceOfAnotherConnection_IsRefusedAsAGift()
    {
        await using TubPair other = TubPair.Create(new TubPairOptions { ClientIsMaster = true });
        using RemoteReference foreign = await other.GetReferenceAsync(Thing);

        Assert.That(
            () => _target.CallAsync("echo", [foreign], TestTime.Token),
            Throws.TypeOf<ViolationException>().With.Message.Contains("gifts are not supported"));
    }

    /// <summary>A call and its answer: all that was sent before has been handled by the other end.</summary>
    private async Task SettleAsync() => await _target.CallAsync("echo", [1], TestTime.Token);

    private Task<object?> DecrefAsync(long clid, long count) => Client.CallAsync(
        0, "decref", [], new Dictionary<string, object?> { ["clid"] = clid, ["count"] = count }, TestTime.Token);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task ForgetAsync() => await _target.CallAsync("things", [3], TestTime.Token);

    private async Task ReleasedAsync(Func<bool> isReleased)
    {
        CancellationToken token = TestTime.Token;
        while (!isReleased())
        {
            token.ThrowIfCancellationRequested();
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await SettleAsync();
        }
    }
}
