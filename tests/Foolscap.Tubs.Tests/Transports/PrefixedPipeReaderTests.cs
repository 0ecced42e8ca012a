using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Foolscap.TestUtilities;
using Foolscap.Tubs.Transports;

namespace Foolscap.Tubs.Tests.Transports;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class PrefixedPipeReaderTests
{
    private readonly Pipe _inner = new(new PipeOptions(useSynchronizationContext: false));

    [Test]
    public async Task ReadAsync_PrefixAlone_ComesAtOnce()
    {
        PrefixedPipeReader reader = Create("GET ");

        ReadResult result = await reader.ReadAsync(TestTime.Token);

        Assert.That((Text(result), result.IsCompleted), Is.EqualTo(("GET ", false)));
    }

    /// <summary>Whatever a reader consumes at a time, and however often it looks without consuming, it gets every byte once.</summary>
    [Test]
    public async Task ReadAsync_AnyStepAndAnyPrefix_GivesEveryByteOnceInOrder([Range(1, 9)] int step, [Range(1, 9)] int prefixLength)
    {
        const string all = "123456789abcdefgh";
        PrefixedPipeReader reader = Create(all[..prefixLength]);
        foreach (char character in all[prefixLength..])
        {
            await _inner.Writer.WriteAsync(new[] { (byte)character });
        }

        await _inner.Writer.CompleteAsync();
        StringBuilder got = new();
        while (true)
        {
            ReadResult result = await reader.ReadAsync(TestTime.Token);
            if (result.Buffer.Length < step && !result.IsCompleted)
            {
                reader.AdvanceTo(result.Buffer.Start, result.Buffer.End); // looked at, not enough
                continue;
            }

            ReadOnlySequence<byte> taken = result.Buffer.Slice(0, Math.Min(step, result.Buffer.Length));
            got.Append(Encoding.ASCII.GetString(taken));
            reader.AdvanceTo(taken.End);
            if (result.IsCompleted && taken.Length == result.Buffer.Length)
            {
                break;
            }
        }

        Assert.That(got.ToString(), Is.EqualTo(all));
    }

    [Test]
    public async Task ReadAsync_PrefixExamined_WaitsForMore()
    {
        PrefixedPipeReader reader = Create("GET");
        ReadResult first = await reader.ReadAsync(TestTime.Token);
        reader.AdvanceTo(first.Buffer.Start, first.Buffer.End);

        ValueTask<ReadResult> waiting = reader.ReadAsync(TestTime.Token);
        Assert.That(waiting.IsCompleted, Is.False);
        await _inner.Writer.WriteAsync(" /"u8.ToArray());

        Assert.That(Text(await waiting), Is.EqualTo("GET /"));
    }

    [Test]
    public void TryRead_PrefixExaminedAndNothingMore_SaysSo()
    {
        PrefixedPipeReader reader = Create("GET");
        Assert.That(reader.TryRead(out ReadResult first), Is.True);
        reader.AdvanceTo(first.Buffer.Start, first.Buffer.End);

        Assert.That(reader.TryRead(out _), Is.False);
    }

    [Test]
    public async Task CancelPendingRead_WhileItWaitsBehindThePrefix_GivesThePrefixCancelled()
    {
        PrefixedPipeReader reader = Create("GET");
        ReadResult first = await reader.ReadAsync(TestTime.Token);
        reader.AdvanceTo(first.Buffer.Start, first.Buffer.End);
        ValueTask<ReadResult> waiting = reader.ReadAsync(TestTime.Token);

        reader.CancelPendingRead();

        ReadResult result = await waiting;
        Assert.That((Text(result), result.IsCanceled), Is.EqualTo(("GET", true)));
    }

    private static string Text(in ReadResult result) => Encoding.ASCII.GetString(result.Buffer);

    private PrefixedPipeReader Create(string prefix) => new(Encoding.ASCII.GetBytes(prefix), _inner.Reader);
}
