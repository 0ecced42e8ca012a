using Foolscap.Relay.Server.Tests.Fixtures;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;
using Moq;

namespace Foolscap.Relay.Server.Tests.Admission;

/// <summary>A Tub that may not be registered any more loses its registration.</summary>
internal sealed class PolicyRecheckTests : RelayFixture
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(60);

    private readonly Mock<IRegistrationPolicy> _policy = new();

    protected override RelayServerOptions? Options => new() { RegistrationPolicy = _policy.Object, PolicyRecheckInterval = Interval };

    [SetUp]
    public void AllowAll()
    {
        _policy.Reset();
        _policy.Setup(policy => policy.DecideAsync(It.IsAny<RegistrationRequest>(), It.IsAny<CancellationToken>())).ReturnsAsync(AdmissionDecision.Allow);
    }

    [Test]
    public async Task Recheck_TubIsStillAllowed_StaysRegistered()
    {
        await Test.RegisterAsync();
        Test.Time.Advance(Interval);
        _policy.Verify(
            policy => policy.DecideAsync(It.Is<RegistrationRequest>(request => request.TubId == Test.Client.TubId), It.IsAny<CancellationToken>()),
            Times.Exactly(2));
        Assert.That(Test.Relay.Statistics.RegisteredTubs, Is.EqualTo(1));
    }

    [Test]
    public async Task Recheck_TubIsNotAllowedAnyMore_LosesItsRegistrationAndCallersRead404AtOnce()
    {
        await Test.RegisterAsync();
        ClientTub other = await Test.ConnectAsync(TestCertificates.Mid);
        ScriptedListener listener = await other.RegisterAsync();
        Deny(Test.Client);
        Test.Time.Advance(Interval);
        LogRecord record = await Test.Log.WaitForAsync(record => record.EventId.Id == 3002);
        Assert.That(record.Message, Does.EndWith("it may not be registered any more: not any more"));
        Assert.That(await (await Test.CallAsync()).RefusalAsync(), Is.EqualTo($"HTTP/1.1 404 Not Found: unknown TubID {Test.ClientId}"));
        await Test.Registrar.Connection.Ended.Within("the end of its connection, which is how it learns of it");
        await Test.First.ReconnectAsync();
        Assert.That((await Test.First.RegistrationRefusedAsync()).RemoteMessage, Is.EqualTo("this Tub may not register: not any more"));
        await Test.CallAsync(other.Id);
        await listener.NextAsync();
    }

    [Test]
    public async Task Recheck_StreamOfARevokedTub_IsAborted()
    {
        ScriptedListener listener = await Test.RegisterAsync();
        Caller caller = await Test.CallAsync();
        (ScriptedEnd handler, _) = await listener.AcceptAsync();
        await handler.TakeAsync(caller.Request.Length);
        Deny(Test.Client);
        Test.Time.Advance(Interval);
        await caller.Outside.ReceiveResetAsync();
    }

    [Test]
    public async Task Recheck_PolicyFailsForOneTub_TheOthersAreAskedAllTheSame()
    {
        await Test.RegisterAsync();
        ClientTub other = await Test.ConnectAsync(TestCertificates.Mid);
        await other.RegisterAsync();
        _policy.Setup(policy => policy.DecideAsync(It.Is<RegistrationRequest>(request => request.TubId == Test.Client.TubId), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new IOException("a bad row"));
        Deny(other.Tub);
        Test.Time.Advance(Interval);
        await UntilLostAsync();
        Assert.That(Test.Relay.Statistics.RegisteredTubs, Is.EqualTo(1));
    }

    [Test]
    public async Task Recheck_PolicyFails_NobodyLosesItsRegistrationAndTheNextRoundAsksAgain()
    {
        await Test.RegisterAsync();
        _policy.Setup(policy => policy.DecideAsync(It.IsAny<RegistrationRequest>(), It.IsAny<CancellationToken>())).ThrowsAsync(new IOException("out of order"));
        Test.Time.Advance(Interval);
        await Test.Log.WaitForAsync(record => record.EventId.Id == 3010);
        Assert.That(Test.Relay.Statistics.RegisteredTubs, Is.EqualTo(1));
        Deny(Test.Client);
        Test.Time.Advance(Interval);
        await UntilLostAsync();
    }

    [Test]
    public async Task Recheck_PolicyThatIsSlow_IsNotAskedTwiceAtOnce()
    {
        await RestartAsync(Options! with { PolicyTimeout = TimeSpan.FromHours(1) });
        await Test.RegisterAsync();
        TaskCompletionSource<AdmissionDecision> slow = new();
        int asked = 0;
        _policy.Setup(policy => policy.DecideAsync(It.IsAny<RegistrationRequest>(), It.IsAny<CancellationToken>()))
            .Callback(() => asked++).Returns(new ValueTask<AdmissionDecision>(slow.Task));
        Test.Time.Advance(3 * Interval);
        Assert.That(asked, Is.EqualTo(1));
        slow.SetResult(AdmissionDecision.Allow);
        Assert.That(Test.Relay.Statistics.RegisteredTubs, Is.EqualTo(1));
    }

    private void Deny(TestTub tub) => _policy
        .Setup(policy => policy.DecideAsync(It.Is<RegistrationRequest>(request => request.TubId == tub.TubId), It.IsAny<CancellationToken>()))
        .ReturnsAsync(AdmissionDecision.Deny("not any more"));
}
