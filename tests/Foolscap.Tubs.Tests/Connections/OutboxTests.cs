using Foolscap.TestUtilities;
using Foolscap.Tubs.Banana;
using Foolscap.Tubs.Connections;
using Foolscap.Tubs.Tests.Banana;
using Moq;

namespace Foolscap.Tubs.Tests.Connections;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class OutboxTests
{
    private readonly Mock<IReferenceExporter> _exporter = new();
    private readonly List<Exception> _failures = [];
    private readonly TotalBytes _total = new(long.MaxValue);
    private GatedWriter _stream = null!;

    [SetUp]
    public void CreateStream() => _stream = new GatedWriter();

    [Test]
    public async Task Post_WhileAWriteIsUnderWay_LeavesInOnePieceBehindIt()
    {
        Outbox outbox = Create();
        outbox.Post(Raw(10));
        await _stream.WriteStarted.WithinLimit();
        outbox.Post(Raw(20));
        outbox.Post(Raw(30));
        Assert.That(outbox.UnsentBytes, Is.EqualTo(50));
        _stream.LetOneThrough();
        await _stream.WriteStarted.WithinLimit();
        _stream.LetOneThrough();

        await outbox.WaitUntilIdleAsync().WithinLimit();

        Assert.That(_stream.Writes, Is.EqualTo(new[] { 10, 50 }));
    }

    [Test]
    public async Task Post_MessageThatCannotBeSent_LeavesNothingBehindAndKeepsTheCount()
    {
        Outbox outbox = Create();
        outbox.Post(new AnswerMessage(1, new List<object?>()));

        Assert.That(
            () => outbox.Post(new AnswerMessage(2, new object[] { new List<object?>(), new Uri("http://x") })), Throws.TypeOf<ViolationException>());

        outbox.Post(new AnswerMessage(3, null));
        await SendAllAsync(outbox);
        EncoderRun expected = new();
        Assert.That(_stream.Written, Is.EqualTo((byte[])[.. expected.Answer(new List<object?>(), 1), .. expected.Answer(null, 3)]));
        _exporter.Verify(exporter => exporter.Rollback(), Times.Once);
    }

    [Test]
    public async Task PostAnswer_PeerThatDoesNotRead_TellsHowMuchOfItsDoingWaits()
    {
        Outbox outbox = Create();
        outbox.Post(Raw(10));
        await _stream.WriteStarted.WithinLimit();

        Assert.That(outbox.PostAnswer(Raw(20)), Is.EqualTo(20));
        outbox.Post(Raw(1000));
        Assert.That(outbox.PostAnswer(Raw(30)), Is.EqualTo(50), "what this side sends of its own does not count");
        _stream.LetOneThrough();
        await _stream.WriteStarted.WithinLimit();

        Assert.That(outbox.PostAnswer(Raw(5)), Is.EqualTo(55), "what is on its way is held as well");
        _stream.LetOneThrough();
        await _stream.WriteStarted.WithinLimit();
        Assert.That(outbox.PostAnswer(Raw(3)), Is.EqualTo(8), "the rest has left");
    }

    [Test]
    public async Task PostAnswer_UntilTheTransportHasIt_CountsAsHeld()
    {
        Outbox outbox = Create();
        outbox.PostAnswer(Raw(5 * HeldBytes.Step));
        await _stream.WriteStarted.WithinLimit();
        outbox.Post(Raw(10 * HeldBytes.Step));
        outbox.PostAnswer(Raw(3 * HeldBytes.Step));
        Assert.That(_total.Count, Is.EqualTo(8 * HeldBytes.Step));
        _stream.LetOneThrough();
        await _stream.WriteStarted.WithinLimit();
        Assert.That(_total.Count, Is.EqualTo(3 * HeldBytes.Step));

        outbox.PostAnswer(Raw(HeldBytes.Step));
        outbox.Fail(new IOException("gone"));
        _stream.FailOne(new IOException("gone"));
        await outbox.WaitUntilIdleAsync().WithinLimit();

        Assert.That(_total.Count, Is.Zero);
    }

    [Test]
    public async Task WaitUntilBelowAsync_WhatIsBeingSent_CountsUntilTheTransportHasIt()
    {
        Outbox outbox = Create();
        outbox.Post(Raw(100));
        await _stream.WriteStarted.WithinLimit();
        outbox.Post(Raw(60));

        Task within = outbox.WaitUntilBelowAsync(160);
        Task below60 = outbox.WaitUntilBelowAsync(60);
        Task below59 = outbox.WaitUntilBelowAsync(59);
        Assert.That((within.IsCompleted, below60.IsCompleted), Is.EqualTo((true, false)));
        _stream.LetOneThrough();
        await below60.WithinLimit();
        Assert.That(below59.IsCompleted, Is.False);
        await _stream.WriteStarted.WithinLimit();
        _stream.LetOneThrough();

        await below59.WithinLimit();
    }

    [Test]
    public async Task Cork_Messages_GatherUntilUncorkedOrMany()
    {
        Outbox outbox = Create();
        outbox.Cork();
        outbox.Post(Raw(1));
        outbox.Post(Raw(2));
        Assert.That(_stream.Writes, Is.Empty);

        outbox.Uncork();
        await SendAllAsync(outbox);
        outbox.Cork();
        outbox.Post(Raw(40_000));

        Assert.That(_stream.Writes, Is.EqualTo(new[] { 3, 40_000 }), "what is long is sent although it is corked");
    }

    [Test]
    public async Task Post_MasterBeforeItHasHeardTheSlave_SendsAShortBurstOnly()
    {
        Outbox outbox = Create(isMaster: true);
        outbox.Post(Raw(2000));
        outbox.Post(Raw(5000));
        _stream.LetOneThrough();
        await _stream.WriteStarted.WithinLimit();
        _stream.LetOneThrough();
        Assert.That(_stream.Writes.Sum(), Is.LessThanOrEqualTo(3000));

        outbox.OnReceived();
        await SendAllAsync(outbox);

        Assert.That(_stream.Writes.Sum(), Is.EqualTo(7000));
        Assert.That(_stream.Written, Has.Length.EqualTo(7000));
    }

    [Test]
    public async Task WaitUntilIdleAsync_Failure_EndsTheWait()
    {
        Outbox outbox = Create();
        outbox.Post(Raw(10));
        outbox.Post(Raw(10));
        Task idle = outbox.WaitUntilIdleAsync();
        outbox.Fail(new IOException("gone"));
        Assert.That(idle.IsCompleted, Is.False, "bytes are still under way");

        _stream.FailOne(new IOException("gone"));

        await idle.WithinLimit();
        Assert.That(() => outbox.Post(Raw(1)), Throws.TypeOf<ConnectionLostException>().With.Message.EqualTo("gone"));
    }

    [Test]
    public async Task Post_StreamThatFails_IsReportedOnce()
    {
        TaskCompletionSource<Exception> failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Outbox outbox = new(_stream, _exporter.Object, isMaster: false, new HeldBytes(_total), exception => failed.SetResult(exception));
        outbox.Uncork();
        outbox.Post(Raw(10));

        _stream.FailOne(new IOException("gone"));

        Assert.That((await failed.Task.WithinLimit()).Message, Is.EqualTo("gone"));
    }

    private static RawMessage Raw(int length) => new(new byte[length]);

    private Outbox Create(bool isMaster = false)
    {
        Outbox outbox = new(_stream, _exporter.Object, isMaster, new HeldBytes(_total), _failures.Add);
        outbox.Uncork();
        return outbox;
    }

    private async Task SendAllAsync(Outbox outbox)
    {
        Task idle = outbox.WaitUntilIdleAsync();
        while (!idle.IsCompleted)
        {
            await Task.WhenAny(idle, _stream.WriteStarted).WithinLimit();
            _stream.LetOneThrough();
        }

        Assert.That(_failures, Is.Empty);
    }
}
