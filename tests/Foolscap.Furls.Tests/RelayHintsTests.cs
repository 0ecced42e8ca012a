namespace Foolscap.Furls.Tests;

internal sealed class RelayHintsTests
{
    [TestCase("x,y", "r", RelayHintPlacement.First, "r,x,y")]
    [TestCase("x,y", "r", RelayHintPlacement.Last, "x,y,r")]
    [TestCase("x,y", "r", RelayHintPlacement.Only, "r")]
    [TestCase("x,y", "r,s", RelayHintPlacement.First, "r,s,x,y")]
    [TestCase("x,y", "r,s", RelayHintPlacement.Last, "x,y,r,s")]
    [TestCase("", "r", RelayHintPlacement.First, "r")]
    [TestCase("", "r", RelayHintPlacement.Last, "r")]
    [TestCase("x", "", RelayHintPlacement.First, "x")]
    [TestCase("x", "", RelayHintPlacement.Last, "x")]
    [TestCase("x", "", RelayHintPlacement.Only, "")]
    [TestCase("x,r,y", "r", RelayHintPlacement.First, "r,x,y")] // a known hint moves
    [TestCase("r,x,y", "r", RelayHintPlacement.Last, "x,y,r")]
    [TestCase("x,y,x", "r,r,s", RelayHintPlacement.First, "r,s,x,y")] // no duplicates
    [TestCase("x,y,x", "r,r,s", RelayHintPlacement.Last, "x,y,r,s")]
    [TestCase("x", "r,s,r", RelayHintPlacement.Only, "r,s")]
    [TestCase("x,h:80", "tcp:h:80", RelayHintPlacement.First, "tcp:h:80,x")]
    public void WithRelayHints_Placement_DecidesTheOrder(
        string hints, string relayHints, RelayHintPlacement placement, string expected)
    {
        Furl furl = Furl.Parse($"pb://a@{hints}/n");

        Furl relayed = furl.WithRelayHints(Hints(relayHints), placement);

        Assert.That(relayed.ToString(), Is.EqualTo($"pb://a@{expected}/n"));
        Assert.That(relayed.RefersToSameObject(furl), Is.True);
        Assert.That(relayed.WithRelayHints(Hints(relayHints), placement), Is.EqualTo(relayed), "twice is like once");
        Assert.That(furl, Is.EqualTo(Furl.Parse($"pb://a@{hints}/n")), "the original stays");
    }

    [Test]
    public void WithRelayHints_NoPlacement_PutsThemFirst() =>
        Assert.That(Furl.Parse("pb://a@x/n").WithRelayHints(Hints("r")).ToString(), Is.EqualTo("pb://a@r,x/n"));

    [Test]
    public void WithRelayHints_BadArguments_Throws()
    {
        Furl furl = Furl.Parse("pb://a@x/n");

        Assert.That(() => furl.WithRelayHints(null!), Throws.ArgumentNullException);
        Assert.That(
            () => furl.WithRelayHints([null!]),
            Throws.TypeOf<ArgumentException>().With.Property("ParamName").EqualTo("relayHints"));
        Assert.That(
            () => furl.WithRelayHints([], (RelayHintPlacement)3),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo("placement"));
    }

    [Test]
    public void WithRelayHints_LazySequence_IsReadOnce()
    {
        int reads = 0;
        IEnumerable<ConnectionHint> Lazy()
        {
            reads++;
            yield return ConnectionHint.Parse("r");
        }

        Furl.Parse("pb://a@x/n").WithRelayHints(Lazy(), RelayHintPlacement.Last);

        Assert.That(reads, Is.EqualTo(1));
    }

    private static IEnumerable<ConnectionHint> Hints(string text) =>
        text.Length == 0 ? [] : text.Split(',').Select(hint => ConnectionHint.Parse(hint));
}
