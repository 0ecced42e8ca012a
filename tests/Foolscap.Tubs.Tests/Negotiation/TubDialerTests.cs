using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Foolscap.Furls;
using Foolscap.TestUtilities;
using Moq;

namespace Foolscap.Tubs.Tests.Negotiation;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class TubDialerTests
{
    private static readonly ConnectionHint[] Hints = [ConnectionHint.Tcp("a.test", 1), ConnectionHint.Tcp("b.test", 2), ConnectionHint.Tcp("c.test", 3)];
    private static readonly Furl Target = new(TestCertificates.High.TubId, Hints, "x");

    private readonly ConcurrentQueue<ConnectionHint> _dialed = new();
    private readonly Mock<IConnectionDialer> _dialer = new();
    private readonly FakeTimeProvider _clock = new();

    [SetUp]
    public void Prepare() =>
        _dialer.Setup(dialer => dialer.CanDial(It.IsAny<ConnectionHint>())).Returns((ConnectionHint hint) => hint.Type == "tcp");

    [Test]
    public async Task ConnectAsync_HintsThatHang_AreTriedSideBySideOneAfterEachDelay()
    {
        Dial((_, token) => HangAsync(token));
        await using Tub tub = CreateTub();

        Task connecting = tub.ConnectAsync(Target, TestTime.Token);
        for (int tried = 1; tried < 3; tried++)
        {
            await _clock.WaitForTimerAsync(TimeSpan.FromMilliseconds(250));
            Assert.That(_dialed, Is.EqualTo(Hints.Take(tried)));
            _clock.Advance(TimeSpan.FromMilliseconds(250));
        }

        await tub.DisposeAsync();
        Assert.That(() => connecting.WithinLimit(), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(_dialed, Is.EqualTo(Hints));
    }

    [Test]
    public async Task ConnectAsync_AllHintsFail_IsOneErrorWithAllReasons()
    {
        Dial((hint, _) => Task.FromException<TransportConnection>(new IOException($"no way to {hint}")));
        await using Tub tub = CreateTub();

        NegotiationException? error = await Assert.CatchAsync<NegotiationException>(() => tub.ConnectAsync(Target, TestTime.Token).WithinLimit());

        Assert.That(error!.Message, Is.EqualTo(
            $"Tub {TestCertificates.High.TubId} was not reached. tcp:a.test:1: no way to tcp:a.test:1 "
            + "tcp:b.test:2: no way to tcp:b.test:2 tcp:c.test:3: no way to tcp:c.test:3"));
    }

    [Test]
    public async Task ConnectAsync_FailedHints_LeaveNoUnobservedException()
    {
        string mark = $"mark-{Guid.NewGuid():N}";
        Dial((_, _) => Task.FromException<TransportConnection>(new IOException(mark)));
        Assert.That(await UnobservedExceptions.CollectAsync(mark, FailAsync), Is.Empty);
    }

    [TestCase("", "has no connection hints")]
    [TestCase("tor:x.onion:1", "No connection hint")]
    public async Task ConnectAsync_NoUsableHint_IsAReadableError(string hint, string expected)
    {
        await using Tub tub = CreateTub();
        Furl furl = new(Target.TubId, hint.Length == 0 ? [] : [ConnectionHint.Parse(hint)], "x");

        Assert.That(() => tub.ConnectAsync(furl, TestTime.Token), Throws.TypeOf<NegotiationException>().With.Message.Contains(expected));
    }

    [Test]
    public async Task ConnectAsync_ManyAtOnce_ShareOneAttempt()
    {
        await using TubPair pair = TubPair.Create();

        TubConnection[] all = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => pair.ConnectAsync())).WithinLimit();

        Assert.That(all, Is.All.SameAs(all[0]));
        Assert.That(pair.Network.Links, Has.Count.EqualTo(1));
        Assert.That(await pair.ConnectAsync(), Is.SameAs(all[0]), "and what is there is used");
    }

    [Test]
    public async Task ConnectAsync_OneOfTwoWhoWaitCancels_TheOtherGetsTheConnection()
    {
        TaskCompletionSource<TransportConnection> dialing = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestTub server = new(new InMemoryNetwork(), TestCertificates.High);
        Dial((_, _) => dialing.Task);
        await using Tub tub = CreateTub();
        using CancellationTokenSource cancel = new();
        Task first = tub.ConnectAsync(Target, cancel.Token);
        Task<TubConnection> second = tub.ConnectAsync(Target, TestTime.Token);

        await cancel.CancelAsync();
        Assert.That(() => first.WithinLimit(), Throws.InstanceOf<OperationCanceledException>());
        DuplexPipePair pair = new();
        _ = server.Listener.HandleAsync(pair.SecondConnection);
        dialing.SetResult(pair.FirstConnection);

        Assert.That((await second.WithinLimit()).RemoteTubId, Is.EqualTo(server.TubId));
    }

    [Test]
    public async Task ConnectAsync_OwnFurl_IsRefused()
    {
        await using Tub tub = CreateTub();

        Assert.That(() => tub.ConnectAsync(new Furl(tub.TubId, Hints, "x")), Throws.TypeOf<ArgumentException>());
    }

    [Test]
    public async Task ConnectAsync_StoppedTub_IsRefused()
    {
        Tub tub = CreateTub();
        await tub.DisposeAsync();

        Assert.That(() => tub.ConnectAsync(Target), Throws.TypeOf<ObjectDisposedException>());
    }

    private static async Task<TransportConnection> HangAsync(CancellationToken token)
    {
        await Task.Delay(Timeout.Infinite, token);
        throw new InvalidOperationException("not reached");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task FailAsync()
    {
        await using Tub tub = CreateTub();
        await Assert.CatchAsync<NegotiationException>(() => tub.ConnectAsync(Target, TestTime.Token).WithinLimit());
    }

    private Tub CreateTub() => new(TestCertificates.Low, new TubOptions { Dialer = _dialer.Object }, timeProvider: _clock);

    private void Dial(Func<ConnectionHint, CancellationToken, Task<TransportConnection>> dial) =>
        _dialer.Setup(dialer => dialer.DialAsync(It.IsAny<ConnectionHint>(), It.IsAny<CancellationToken>()))
            .Callback((ConnectionHint hint, CancellationToken _) => _dialed.Enqueue(hint))
            .Returns(dial);
}
