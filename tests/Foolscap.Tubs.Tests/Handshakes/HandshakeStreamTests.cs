using System.IO.Pipelines;
using Foolscap.TestUtilities;
using Foolscap.Tubs.Handshakes;
using Foolscap.Tubs.Transports;

namespace Foolscap.Tubs.Tests.Handshakes;

/// <summary>When a handshake has a turn, of which there is one here: while it works, and never while it waits for its peer.</summary>
internal sealed class HandshakeStreamTests
{
    private const int WireBytes = 1000;

    private readonly FakeTimeProvider _time = new();
    private HandshakeTurns _turns = null!;
    private NegotiationClock _clock = null!;
    private DuplexPipePair _pair = null!;
    private HandshakeStream _stream = null!;
    private HandshakePlace _other = null!;

    [SetUp]
    public void Create()
    {
        _turns = new HandshakeTurns(1);
        _clock = new NegotiationClock(TimeSpan.FromSeconds(7), _time);
        _pair = new DuplexPipePair(new PipeOptions(
            pauseWriterThreshold: WireBytes, resumeWriterThreshold: WireBytes / 2, useSynchronizationContext: false));
        _stream = new HandshakeStream(new DuplexPipeStream(_pair.SecondConnection), _turns.TakePlace(_clock));
        _other = _turns.TakePlace(_clock);
    }

    [TearDown]
    public async Task DisposeAsync()
    {
        await _stream.DisposeAsync();
        _clock.Dispose();
    }

    [Test]
    public async Task Read_SomethingHasCome_ItHasATurn_UntilItReadsAndThereIsNothing()
    {
        await _pair.First.Output.WriteAsync(new byte[3]);
        Assert.That((await ReadAsync(2), _turns.Free), Is.EqualTo((2, 0)));
        Assert.That((await ReadAsync(2), _turns.Free), Is.EqualTo((1, 0)), "There was more: it goes on.");

        Task<int> reading = ReadAsync(2);

        Assert.That((_turns.Free, reading.IsCompleted), Is.EqualTo((1, false)));
        await _other.EnterAsync(TestTime.Token); // A peer in no hurry keeps nobody out.
        await _pair.First.Output.WriteAsync(new byte[1]);
        await _time.WaitForTimerAsync(NegotiationClock.LongestStop);
        Assert.That((_turns.Waiting, reading.IsCompleted, _clock.IsStopped), Is.EqualTo((1, false, true)));
        _other.Leave();
        Assert.That((await reading.WithinLimit(), _turns.Free, _clock.IsStopped), Is.EqualTo((1, 0, false)));
    }

    [Test]
    public async Task Read_CancelledInLine_HasNoTurn()
    {
        await _other.EnterAsync(TestTime.Token);
        await _pair.First.Output.WriteAsync(new byte[1]);
        using CancellationTokenSource cancelling = new();
        Task<int> reading = _stream.ReadAsync(new byte[1], cancelling.Token).AsTask();
        Assert.That(_turns.Waiting, Is.EqualTo(1));

        await cancelling.CancelAsync();

        Assert.That(() => reading.WithinLimit(), Throws.InstanceOf<OperationCanceledException>());
        _stream.EndHandshake();
        Assert.That((_turns.Free, _turns.Waiting), Is.EqualTo((0, 0)));
        _other.Leave();
        Assert.That(_turns.Free, Is.EqualTo(1));
    }

    [Test]
    public async Task Write_PeerDoesNotRead_ItHasNoTurnUntilThen()
    {
        await _pair.First.Output.WriteAsync(new byte[1]);
        await ReadAsync(1);
        await _stream.WriteAsync(new byte[WireBytes - 1], TestTime.Token);
        Assert.That(_turns.Free, Is.Zero, "The wire took it: that was no wait.");

        Task writing = _stream.WriteAsync(new byte[1], TestTime.Token).AsTask();

        Assert.That((_turns.Free, writing.IsCompleted), Is.EqualTo((1, false)));
        ReadResult read = await _pair.First.Input.ReadAsync(TestTime.Token);
        _pair.First.Input.AdvanceTo(read.Buffer.End);
        await writing.WithinLimit();
        Assert.That(_turns.Free, Is.Zero);
    }

    [Test]
    public async Task EndHandshake_ItHasATurn_IsGivenBack_AndReadsAndWritesNeedNone([Values] bool isDisposal)
    {
        await _pair.First.Output.WriteAsync(new byte[2]);
        await ReadAsync(1);

        if (isDisposal)
        {
            await _stream.DisposeAsync();
        }
        else
        {
            _stream.EndHandshake();
        }

        Assert.That(_turns.Free, Is.EqualTo(1));
        await _other.EnterAsync(TestTime.Token);
        Assert.That(await ReadAsync(1).WithinLimit(), Is.EqualTo(1));
        Task writing = _stream.WriteAsync(new byte[WireBytes], TestTime.Token).AsTask();
        Assert.That((_turns.Free, _turns.Waiting, writing.IsCompleted), Is.EqualTo((0, 0, false)), "The wire is full.");
        ReadResult read = await _pair.First.Input.ReadAsync(TestTime.Token);
        _pair.First.Input.AdvanceTo(read.Buffer.End);
        await writing.WithinLimit();
        Assert.That((_turns.Free, _turns.Waiting), Is.EqualTo((0, 0)));
    }

    private Task<int> ReadAsync(int most) => _stream.ReadAsync(new byte[most], TestTime.Token).AsTask();
}
