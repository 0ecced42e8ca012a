using Foolscap.Relay.Client.Tests.Fixtures;
using Foolscap.Relay.Tests.Support;

namespace Foolscap.Relay.Client.Tests;

internal sealed class WaitUntilRegisteredTests
{
    private ClientUnderTest _test = null!;

    [SetUp]
    public void Start()
    {
        _test = new ClientUnderTest();
        _test.Start(options: null, _test.Relay, _test.Other);
    }

    [TearDown]
    public async Task DisposeAsync() => await _test.DisposeAsync();

    [Test]
    public async Task Wait_ForAll_EndsWithTheLastRegistration()
    {
        Task all = _test.Client.WaitUntilRegisteredAsync();
        await _test.Relay.RegisterAsync();
        await _test.NextAsync(RelayState.Registered);
        Assert.That(all.IsCompleted, Is.False);
        await _test.Other.RegisterAsync();
        await all.Within("the end of the wait");
        await _test.Client.WaitUntilRegisteredAsync().Within("a wait for what is true already");
    }

    [Test]
    public async Task Wait_ForOneOfTwo_EndsWithWhicheverComes()
    {
        Task one = _test.Client.WaitUntilRegisteredAsync(1);
        Assert.That(one.IsCompleted, Is.False);
        await _test.Other.RegisterAsync();
        await one.Within("the end of the wait");
    }

    [Test]
    public async Task Wait_ForNone_IsOverAtOnce() =>
        await _test.Client.WaitUntilRegisteredAsync(0).Within("the end of the wait");

    [Test]
    public async Task Wait_ForMoreThanThereAre_Throws() =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _test.Client.WaitUntilRegisteredAsync(3));

    [Test]
    public async Task Wait_Cancelled_EndsAndTheClientGoesOn()
    {
        using CancellationTokenSource cancelling = new();
        Task waiting = _test.Client.WaitUntilRegisteredAsync(cancelling.Token);
        await cancelling.CancelAsync();
        await Assert.ThatAsync(() => waiting.Within("the end of the wait"), Throws.InstanceOf<OperationCanceledException>());
        await _test.Relay.RegisterAsync();
        await _test.Client.WaitUntilRegisteredAsync(1).Within("a registration");
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Wait_ClientDisposed_Throws(bool before)
    {
        await using ClientUnderTest test = new();
        test.Relay.GoOffline(); // Else it would say goodbye, to one who does not answer.
        test.Start();
        Task? waiting = before ? null : test.Client.WaitUntilRegisteredAsync();
        await test.Client.DisposeAsync().Within("the end of the client");
        waiting ??= test.Client.WaitUntilRegisteredAsync();
        await Assert.ThatAsync(() => waiting.Within("the end of the wait"), Throws.TypeOf<ObjectDisposedException>());
    }
}
