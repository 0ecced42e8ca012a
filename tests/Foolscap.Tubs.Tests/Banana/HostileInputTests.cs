using System.Globalization;
using System.Text;

namespace Foolscap.Tubs.Tests.Banana;

/// <summary>What a peer may send to hurt: none of it costs memory or time out of proportion, or ends in another exception.</summary>
internal sealed class HostileInputTests
{
    [Test]
    public void Feed_StringOf2To40Bytes_IsRefusedWithoutAllocationAndSkipped()
    {
        DecoderRun run = new();
        byte[] start = Wire.Bytes("(call 1 5 'm' (arguments 1 #00000000002082))")[..^4];
        long before = GC.GetAllocatedBytesForCurrentThread();

        run.Feed(start).Feed(new byte[4096]).Feed(new byte[4096]);

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(200_000));
        Assert.That(run.Events, Has.Count.EqualTo(1));
        Assert.That(run.Events[0], Does.StartWith("violation 1 A String token of 1099511627776 bytes").IgnoreCase);
        Assert.That(run.LeftOver, Is.Zero, "what is skipped is not kept");
    }

    [TestCase("ffffffffffffffff7f", "82")]
    [TestCase("7f7f7f7f7f7f7f7f7f7f01", "82")]
    [TestCase("7f7f7f7f7f7f7f7f7f7f01", "85")]
    [TestCase("7f7f7f7f7f7f7f7f7f7f01", "8d")]
    [TestCase("7f7f7f7f7f7f7f7f7f7f01", "87")]
    [TestCase("690f", "8d")]
    public void Feed_ImpossibleLength_EndsTheConnection(string header, string type) =>
        Assert.That(
            new DecoderRun().FeedToTheEnd(Wire.Bytes($"(call 1 5 'm' (arguments 1 #{header}{type}))")).Events[^1],
            Does.StartWith("ended: "));

    [Test]
    public void Feed_EveryPrefixOfACall_DeliversNothing()
    {
        byte[] call = Wire.Call("(list (tuple 1 2.5) (dict (unicode 'k') (set 'x')) (my-reference 3 '' 'pb://x'))");
        for (int length = 0; length < call.Length; length++)
        {
            List<string> events = new DecoderRun().Feed(call.AsSpan(0, length)).Events;
            Assert.That(events.Where(text => !text.StartsWith("received", StringComparison.Ordinal)), Is.Empty, $"{length} bytes");
        }
    }

    [Test]
    public void Feed_MutatedSessions_NeverFailInAnotherWay([Values(1, 2, 3, 4)] int seed)
    {
        Random random = new(seed);
        byte[] session = SessionVectors.Stream(SessionVectors.Plain, toServer: true)[..2000];
        for (int i = 0; i < 500; i++)
        {
            byte[] mutated = [.. session];
            for (int change = 0; change < 3; change++)
            {
                mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            }

            Assert.That(() => new DecoderRun().FeedToTheEnd(mutated), Throws.Nothing, $"seed {seed}, round {i}");
        }
    }

    [Test, CancelAfter(60_000)]
    public void Feed_TwoTowersOfTuples_AreHashedAndComparedInTime() =>
        AssertTooLarge("(tuple {0} {0})", levels: 300);

    [Test, CancelAfter(60_000)]
    public void Feed_TwoTowersOfFrozenSetsInTuples_AreComparedInTime() =>
        AssertTooLarge("(tuple (immutable-set {0}) (immutable-set 1 {0}))", levels: 40);

    [Test, CancelAfter(60_000)]
    public void Feed_TwoHighTowersOfFrozenSets_AreComparedWithoutOverflowingTheStack() =>
        AssertTooLarge("(tuple (immutable-set {0}))", levels: 50_000);

    [TestCase(1)]
    [TestCase(200)]
    public void Feed_FrozenSetsInFrozenSets_MembersAreHashedAFewTimesWhateverTheDepth(int members)
    {
        const int Levels = 90;
        int hashes = 0;
        DecoderRun run = new();
        run.Handler.Targets = _ => new HashCounter(() => hashes++);
        string inside = string.Concat(Enumerable.Range(10, members).Select(clid => $"(your-reference {clid}) "));
        string opens = string.Concat(Enumerable.Repeat("(immutable-set ", Levels));

        run.Feed(Wire.Call($"{opens}{inside}{new string(')', Levels)}"));

        Assert.That(run.Handler.Values, Has.Count.EqualTo(1));
        Assert.That(hashes, Is.InRange(members, members == 1 ? 40 : 5 * members));
    }

    [Test]
    public void Feed_TwoEqualTowersOfLargeFrozenSets_MembersAreHashedAFewTimes()
    {
        const int Members = 90;
        const int Levels = 50;
        int hashes = 0;
        HashCounter[] counters = [.. Enumerable.Range(0, Members).Select(_ => new HashCounter(() => hashes++))];
        DecoderRun run = new();
        run.Handler.Targets = clid => counters.ElementAtOrDefault((int)clid - 10) ?? RecordingHandler.Target;
        string inside = string.Concat(Enumerable.Range(10, Members).Select(clid => $"(your-reference {clid}) "));
        string tower = $"{string.Concat(Enumerable.Repeat("(immutable-set ", Levels))}{inside}{new string(')', Levels)} ";

        run.Feed(Wire.Call($"(set {tower}{tower})"));

        Assert.That(((IEnumerable<object?>)run.Handler.Values.Single()!).Count(), Is.EqualTo(1), "they are the same to Python");
        Assert.That(hashes, Is.InRange(Members, 10 * Members));
    }

    /// <summary>
    /// Two equal towers as members of one set, whose comparison would take for ever. In each tower every level holds the
    /// one below, which counted out can make more members than there are atoms in the world.
    /// </summary>
    private static void AssertTooLarge(string level, int levels)
    {
        StringBuilder wire = new("(call 1 5 'm' (arguments 1 (list ");
        int opens = 3;
        int first = AddTower(wire, level, levels, ref opens);
        int second = AddTower(wire, level, levels, ref opens);
        wire.Append(CultureInfo.InvariantCulture, $"(set (reference {first}) (reference {second})))))");

        List<string> events = new DecoderRun().Feed(wire.ToString()).Events;

        Assert.That(events, Has.Count.EqualTo(1));
        Assert.That(events[0], Does.StartWith("violation 1 A tuple is too large"));
    }

    /// <summary>An object of this Tub that tells how often it is hashed.</summary>
    private sealed class HashCounter(Action onHash) : IReferenceable
    {
        public ValueTask<object?> CallAsync(RemoteCall call) => throw call.UnknownMethod();

        public override bool Equals(object? obj) => ReferenceEquals(this, obj);

        public override int GetHashCode()
        {
            onHash();
            return base.GetHashCode();
        }
    }

    /// <returns>The number of the tuple at the top.</returns>
    private static int AddTower(StringBuilder wire, string level, int levels, ref int opens)
    {
        int top = opens++;
        wire.Append("(tuple 7) ");
        for (int i = 0; i < levels; i++)
        {
            wire.AppendFormat(CultureInfo.InvariantCulture, level, $"(reference {top})").Append(' ');
            top = opens;
            opens += level.Count(character => character == '(') + (level.Split("{0}").Length - 1);
        }

        return top;
    }
}
