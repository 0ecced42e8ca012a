using System.Numerics;
using Foolscap.TestUtilities;
using Foolscap.Tubs.Banana;
using Foolscap.Tubs.References;

namespace Foolscap.Tubs.Tests.Hostile;

/// <summary>An authenticated peer that sends what no honest one would, beside calls that must go on working.</summary>
internal sealed class HostilePeerTests
{
    private TubPair _pair = null!;
    private RemoteReference _echo = null!;

    [SetUp]
    public async Task Connect()
    {
        _pair = TubPair.Create();
        _echo = await _pair.GetReferenceAsync(new Referenceable().On("echo", call => call.Arguments[0]));
    }

    [TearDown]
    public async Task Disconnect() => await _pair.DisposeAsync();

    [TestCase(40, 2, Description = "2^40 comparisons")]
    [TestCase(20_000, 1, Description = "more levels than a stack has room for")]
    public async Task SetsInTuplesInSets_ComparedWithTheirTwins_EndOnlyTheirCall(int levels, int width)
    {
        Task<object?> call = _echo.CallRawAsync("echo", writer => WriteTwins(writer, levels, width));

        Assert.That(async () => await call.WithinLimit(), Throws.TypeOf<RemoteException>().With.Message.Contains("compared"));
        Assert.That(await _echo.CallAsync<string>("echo", ["still there"], TestTime.Token), Is.EqualTo("still there"));
    }

    [Test]
    public void Numbers_ChosenToHaveTheSameHash_HaveDifferentOnes()
    {
        // .NET's own hash of a double, as of a long, is the exclusive or of its halves, which anybody can keep the same.
        IEnumerable<object> doubles = Enumerable.Range(1, 5000)
            .Select(i => (object)BitConverter.Int64BitsToDouble(((long)(0x3F000000 + i) << 32) | (uint)(0x3F000000 + i)));
        IEnumerable<object> integers = Enumerable.Range(1, 5000).Select(i => (object)(((long)i << 32) | (uint)i));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(doubles.Select(value => value.GetHashCode()).Distinct().Count(), Is.EqualTo(1));
            Assert.That(doubles.Select(PythonEquality.Instance.GetHashCode).Distinct().Count(), Is.GreaterThan(4900));
            Assert.That(integers.Select(PythonEquality.Instance.GetHashCode).Distinct().Count(), Is.GreaterThan(4900));
        }
    }

    [Test]
    public async Task LongIntegers_TogetherBeyondTheLimitOfAMessage_AreRefused()
    {
        TubLimits limits = new() { MaxStringBytes = 65_536, MaxMessageBytes = 100_000 };
        await using TubPair pair = TubPair.Create(new TubPairOptions { Server = new TubOptions { Limits = limits } });
        RemoteReference count = await pair.GetReferenceAsync(new Referenceable().On("count", call => call.Arguments.Count));
        BigInteger large = BigInteger.One << (8 * 8000);
        object?[] within = [.. Enumerable.Repeat((object?)large, 12)];

        Assert.That(await count.CallAsync<long>("count", within, TestTime.Token), Is.EqualTo(12));
        Assert.That(
            async () => await count.CallAsync("count", [.. within, large], TestTime.Token),
            Throws.TypeOf<RemoteException>().With.Message.Contains("more bytes"));
    }

    [Test]
    public void References_GivenBackAndNotAcknowledged_CountAgainstTheLimit()
    {
        ImportTable imports = new(_echo.Connection, limit: 2);
        imports.Receive(1001, furlText: null);
        imports.Receive(1002, furlText: null);
        imports.BeginRelease(1001);
        imports.BeginRelease(1002);

        Assert.That(() => imports.Receive(1003, furlText: null), Throws.TypeOf<ViolationException>().With.Message.Contains("2 references"));
        imports.EndRelease(1001);
        Assert.That(imports.Receive(1003, furlText: null).Clid, Is.EqualTo(1003));
    }

    [Test]
    public async Task OpenWithoutAType_EndsTheConnection_AndThePeerReadsWhy()
    {
        _echo.Connection.Outbox.Post(new TokensMessage(writer =>
            writer.Output.Write([0, (byte)TokenType.Open, 0, (byte)TokenType.Close])));

        ConnectionLostException reason = await _echo.Connection.Ended.WithinLimit();

        Assert.That(reason.Message, Does.Contain("follows an OPEN"));
    }

    /// <summary>
    /// Two rows of tuples, each tuple holding frozen sets of the one before it: equal, but not the same. A set of the last
    /// two has to compare them.
    /// </summary>
    private static void WriteTwins(BananaWriter writer, int levels, int width)
    {
        long list = writer.Open(Vocabulary.List);
        long? left = null;
        long? right = null;
        for (int i = 0; i < levels; i++)
        {
            left = WriteTuple(writer, left, width);
            right = WriteTuple(writer, right, width);
        }

        long set = writer.Open(Vocabulary.Set);
        WriteReference(writer, left!.Value);
        WriteReference(writer, right!.Value);
        writer.Close(set);
        writer.Close(list);
    }

    private static long WriteTuple(BananaWriter writer, long? inner, int width)
    {
        long tuple = writer.Open(Vocabulary.Tuple);
        for (int i = 0; i < width && inner is not null; i++)
        {
            long set = writer.Open(Vocabulary.ImmutableSet);
            WriteReference(writer, inner.Value);
            writer.Close(set);
        }

        writer.Close(tuple);
        return tuple;
    }

    private static void WriteReference(BananaWriter writer, long number)
    {
        long reference = writer.Open(Vocabulary.Reference);
        writer.Count(number);
        writer.Close(reference);
    }
}
