using System.Net;
using Foolscap.Relay.Server.Admission;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;
using Moq;

namespace Foolscap.Relay.Server.Tests.Admission;

/// <summary>Whatever goes wrong with a policy denies.</summary>
internal sealed class PolicyQuestionTests
{
    private const string Unavailable = "this relay cannot decide at the moment whether that is allowed";

    private static readonly RegistrationRequest Registration = new(TestCertificates.High.TubId, new IPEndPoint(IPAddress.Loopback, 1));
    private static readonly StreamRequest Stream = new(TestCertificates.High.TubId, CallerAddress: null);

    private FakeTimeProvider _time = null!;
    private RecordingLoggerFactory _log = null!;
    private Mock<IRegistrationPolicy> _registrations = null!;
    private Mock<IConnectionPolicy> _connections = null!;
    private PolicyQuestion _question = null!;

    [SetUp]
    public void Create()
    {
        _time = new FakeTimeProvider();
        _log = new RecordingLoggerFactory();
        _registrations = new Mock<IRegistrationPolicy>(MockBehavior.Strict);
        _connections = new Mock<IConnectionPolicy>(MockBehavior.Strict);
        RelayServerOptions options = new() { RegistrationPolicy = _registrations.Object, ConnectionPolicy = _connections.Object };
        _question = new PolicyQuestion(options, new RelayLog(_log.CreateLogger("test")), _time);
    }

    [TearDown]
    public void Dispose() => _log.Dispose();

    [Test]
    public async Task GetDenial_NoPolicy_Allows()
    {
        PolicyQuestion question = new(new RelayServerOptions(), new RelayLog(_log.CreateLogger("test")), _time);
        Assert.That((await question.GetDenialAsync(Registration), await question.GetDenialAsync(Stream)), Is.EqualTo(((string?)null, (string?)null)));
    }

    [Test]
    public async Task GetDenial_PolicyAllows_Allows()
    {
        Answer(new ValueTask<AdmissionDecision>(AdmissionDecision.Allow));
        Assert.That(await AskAsync(), Is.EqualTo(((string?)null, (string?)null)));
        Assert.That(_log.Records, Is.Empty);
    }

    [Test]
    public async Task GetDenial_PolicyDenies_SaysWhy()
    {
        Answer(new ValueTask<AdmissionDecision>(AdmissionDecision.Deny("not on a Sunday")));
        Assert.That(await AskAsync(), Is.EqualTo(("not on a Sunday", "not on a Sunday")));
    }

    [Test]
    public async Task GetDenial_DefaultDecision_Denies()
    {
        Answer(default);
        Assert.That(await AskAsync(), Is.EqualTo(("this relay does not allow it", "this relay does not allow it")));
    }

    [Test]
    public async Task GetDenial_PolicyThrows_DeniesWithoutTheExceptionsText()
    {
        _registrations.Setup(policy => policy.DecideAsync(Registration, It.IsAny<CancellationToken>())).Throws(new InvalidOperationException("a secret"));
        _connections.Setup(policy => policy.DecideAsync(Stream, It.IsAny<CancellationToken>())).Throws(new InvalidOperationException("a secret"));
        Assert.That(await AskAsync(), Is.EqualTo((Unavailable, Unavailable)));
        Assert.That(_log.Records.Select(record => record.Exception?.Message), Is.EqualTo(new[] { "a secret", "a secret" }));
    }

    [Test]
    public async Task GetDenial_PolicyFailsLater_Denies()
    {
        Answer(new ValueTask<AdmissionDecision>(Task.FromException<AdmissionDecision>(new IOException("no database"))));
        Assert.That(await AskAsync(), Is.EqualTo((Unavailable, Unavailable)));
    }

    [Test]
    public async Task GetDenial_PolicyNeverAnswers_DeniesAfterTheTimeoutAndCancelsIt()
    {
        TaskCompletionSource<AdmissionDecision> never = new();
        CancellationToken given = default;
        _connections.Setup(policy => policy.DecideAsync(Stream, It.IsAny<CancellationToken>()))
            .Callback((StreamRequest _, CancellationToken token) => given = token)
            .Returns(new ValueTask<AdmissionDecision>(never.Task));
        Task<string?> asking = _question.GetDenialAsync(Stream).AsTask();
        _time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.That(asking.IsCompleted, Is.False);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.That(await asking.Within("the denial"), Is.EqualTo(Unavailable));
        Assert.That(given.IsCancellationRequested, Is.True);
    }

    [Test]
    public async Task GetDenial_AllowedAfterTheTimeout_StaysDenied()
    {
        TaskCompletionSource<AdmissionDecision> late = new();
        Answer(new ValueTask<AdmissionDecision>(late.Task));
        Task<string?> asking = _question.GetDenialAsync(Registration).AsTask();
        _time.Advance(TimeSpan.FromSeconds(5));
        late.SetResult(AdmissionDecision.Allow);
        Assert.That(await asking.Within("the denial"), Is.EqualTo(Unavailable));
    }

    [Test]
    public async Task GetDenial_FloodOfQuestionsToABrokenPolicy_IsOneLineInTenSeconds()
    {
        Answer(new ValueTask<AdmissionDecision>(Task.FromException<AdmissionDecision>(new IOException("no database"))));
        for (int i = 0; i < 50; i++)
        {
            await _question.GetDenialAsync(Stream);
        }

        Assert.That(_log.Records, Has.Count.EqualTo(1));
        _time.Advance(TimeSpan.FromSeconds(10.01));
        await _question.GetDenialAsync(Stream);
        Assert.That(_log.Records, Has.Count.EqualTo(2));
        Assert.That(_log.Records[1].Message, Does.Contain("50"));
    }

    private void Answer(ValueTask<AdmissionDecision> decision)
    {
        _registrations.Setup(policy => policy.DecideAsync(Registration, It.IsAny<CancellationToken>())).Returns(decision);
        _connections.Setup(policy => policy.DecideAsync(Stream, It.IsAny<CancellationToken>())).Returns(decision);
    }

    private async Task<(string? Registration, string? Stream)> AskAsync() =>
        (await _question.GetDenialAsync(Registration), await _question.GetDenialAsync(Stream));
}
