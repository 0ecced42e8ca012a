using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Foolscap.TestUtilities;
using Foolscap.Tubs.Negotiation;

namespace Foolscap.Tubs.Tests.Negotiation;

internal sealed class HeaderBlockTests
{
    [Test]
    public void Find_EverySplit_FindsTheEndAndNotWhatFollows()
    {
        foreach (ReadOnlySequence<byte> input in Segments.All("a: 1\r\nb: 2\r\n\r\n\r\n\r\nrest"u8.ToArray()))
        {
            BlockStatus status = HeaderBlock.Find(input, out SequencePosition end);

            Assert.That((status, input.Slice(0, end).Length), Is.EqualTo((BlockStatus.Complete, 14L)));
        }
    }

    [Test]
    public void Find_EveryPrefix_IsIncomplete()
    {
        byte[] block = "a: 1\r\nb: 2\r\n\r\n"u8.ToArray();
        for (int length = 0; length < block.Length; length++)
        {
            Assert.That(HeaderBlock.Find(Segments.ByteByByte(block.AsSpan(0, length)), out _), Is.EqualTo(BlockStatus.Incomplete), $"{length}");
        }
    }

    [TestCase(4096, BlockStatus.Complete)]
    [TestCase(4097, BlockStatus.TooLong)]
    public void Find_BlocksAtTheLimit_CountTheirBlankLine(int length, object expected)
    {
        byte[] block = Encoding.ASCII.GetBytes($"a: {new string('x', length - 7)}\r\n\r\n");
        Assert.That(block, Has.Length.EqualTo(length));

        Assert.That(HeaderBlock.Find(new ReadOnlySequence<byte>(block), out _), Is.EqualTo(expected));
    }

    [TestCase(4095, BlockStatus.Incomplete)]
    [TestCase(4096, BlockStatus.TooLong)]
    public void Find_EndlessBlock_IsGivenUpAtTheLimit(int length, object expected) =>
        Assert.That(HeaderBlock.Find(new ReadOnlySequence<byte>(new byte[length]), out _), Is.EqualTo(expected));

    [Test]
    public async Task ReadAsync_BlockWithMoreBehindIt_LeavesTheRest()
    {
        DuplexPipePair pair = new();
        await pair.First.Output.WriteAsync("k: v\r\n\r\nrest"u8.ToArray());

        string block = await HeaderBlock.ReadAsync(pair.Second.Input, TestTime.Token);

        ReadResult rest = await pair.Second.Input.ReadAsync(TestTime.Token);
        Assert.That((block, Encoding.ASCII.GetString(rest.Buffer)), Is.EqualTo(("k: v", "rest")));
    }

    [TestCase("k: v\r\n", "closed the connection")]
    [TestCase("", "closed the connection")]
    public async Task ReadAsync_EndOfStream_IsAnError(string sent, string expected)
    {
        DuplexPipePair pair = new();
        await pair.First.Output.WriteAsync(Encoding.ASCII.GetBytes(sent));
        await pair.First.Output.CompleteAsync();

        Assert.That(
            () => HeaderBlock.ReadAsync(pair.Second.Input, TestTime.Token), Throws.TypeOf<NegotiationException>().With.Message.Contains(expected));
    }

    [Test]
    public async Task ReadAsync_TooLong_IsAnError()
    {
        DuplexPipePair pair = new();
        await pair.First.Output.WriteAsync(new byte[4097]);

        Assert.That(
            () => HeaderBlock.ReadAsync(pair.Second.Input, TestTime.Token), Throws.TypeOf<NegotiationException>().With.Message.Contains("4096"));
    }

    [Test]
    public void Parse_Fields_HaveLowerCaseKeysAndTheLastOneCounts() =>
        Assert.That(
            HeaderBlock.Parse("My-Key:  a: b \r\nx:1\r\nX: 2"),
            Is.EqualTo(new Dictionary<string, string> { ["my-key"] = "a: b ", ["x"] = "2" }));

    [Test]
    public void Parse_LineWithoutColon_IsAnErrorThatShowsItCut() =>
        Assert.That(
            () => HeaderBlock.Parse("a: 1\r\n" + new string('z', 500)),
            Throws.TypeOf<NegotiationException>().With.Message.Length.LessThan(200).And.Message.Contains("zzz"));
}
