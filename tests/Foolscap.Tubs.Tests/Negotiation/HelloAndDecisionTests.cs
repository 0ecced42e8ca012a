using System.Text;
using System.Text.Json;
using Foolscap.Furls;
using Foolscap.TestUtilities;
using Foolscap.Tubs.Negotiation;

namespace Foolscap.Tubs.Tests.Negotiation;

internal sealed class HelloAndDecisionTests
{
    private const string Id = "icd77yuhs7ehjqhp2zck34gx5g65tfb3";
    private const string Good = $"banana-negotiation-range: 3 3\r\ninitial-vocab-table-range: 0 1\r\nmy-incarnation: c1\r\nmy-tub-id: {Id}";
    private const string GoodDecision = "banana-decision-version: 3\r\ncurrent-connection: ab 7\r\ninitial-vocab-table-index: 1 bb33";

    private static IEnumerable<TestCaseData> CapturedBlocks()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Repository.GetPath("tests", "vectors", "negotiation.json")));
        foreach (JsonElement block in document.RootElement.EnumerateArray()
            .SelectMany(session => session.TryGetProperty("blocks", out JsonElement blocks) ? [.. blocks.EnumerateArray()] : Array.Empty<JsonElement>())
            .Where(block => !block.GetProperty("text").GetString()!.Contains("error:", StringComparison.Ordinal)))
        {
            string phase = block.GetProperty("phase").GetString()!;
            string text = block.GetProperty("text").GetString()!;
            yield return new TestCaseData(phase, text).SetArgDisplayNames(phase, block.GetProperty("from").GetString()!);
        }
    }

    [TestCaseSource(nameof(CapturedBlocks))]
    public void Format_WhatParseReadOfPython_IsTheSameBlock(string phase, string text)
    {
        string block = text[..^4];

        byte[] formatted = phase == "hello" ? Hello.Parse(block).Format() : Decision.Accept(Decision.Parse(block)!);

        Assert.That(Encoding.ASCII.GetString(formatted), Is.EqualTo(text));
    }

    [TestCase("error: go away", "refused to negotiate: go away")]
    [TestCase("my-tub-id: x", "no banana-negotiation-range")]
    [TestCase($"banana-negotiation-range: 1 2\r\ninitial-vocab-table-range: 0 1\r\nmy-tub-id: {Id}", "1 to 2; this side needs 3")]
    [TestCase($"banana-negotiation-range: 4 9\r\ninitial-vocab-table-range: 0 1\r\nmy-tub-id: {Id}", "4 to 9; this side needs 3")]
    [TestCase($"banana-negotiation-range: 3 3\r\ninitial-vocab-table-range: 0 0\r\nmy-tub-id: {Id}", "0 to 0; this side needs 1")]
    [TestCase($"banana-negotiation-range: 3\r\ninitial-vocab-table-range: 0 1\r\nmy-tub-id: {Id}", "no range: 3")]
    [TestCase($"banana-negotiation-range: -3 x\r\ninitial-vocab-table-range: 0 1\r\nmy-tub-id: {Id}", "no range: -3 x")]
    [TestCase("banana-negotiation-range: 3 3\r\ninitial-vocab-table-range: 0 1", "is no TubID")]
    [TestCase("banana-negotiation-range: 3 3\r\ninitial-vocab-table-range: 0 1\r\nmy-tub-id: abc", "is no TubID: abc")]
    [TestCase(Good + "\r\nlast-connection: nonsense", "must be an incarnation and a number: nonsense")]
    [TestCase(Good + "\r\nlast-connection: a -1", "must be an incarnation and a number: a -1")]
    public void HelloParse_Unacceptable_IsAReadableError(string block, string expected) =>
        Assert.That(() => Hello.Parse(block), Throws.TypeOf<NegotiationException>().With.Message.Contains(expected));

    [Test]
    public void HelloParse_WiderRangesAndOldPeer_IsTaken() =>
        Assert.That(
            Hello.Parse($"banana-negotiation-range: 1 7\r\ninitial-vocab-table-range: 0 5\r\nmy-tub-id: {Id}\r\nunknown: x"),
            Is.EqualTo(new Hello(TubId.Parse(Id), null, null)));

    [TestCase("error: Duplicate connection\r\nbanana-decision-version: 1", "refused the connection: Duplicate connection")]
    [TestCase("banana-decision-version: 2\r\ninitial-vocab-table-index: 1 bb33", "banana version 2")]
    [TestCase("initial-vocab-table-index: 1 bb33", "banana version (none)")]
    [TestCase("banana-decision-version: 3\r\ninitial-vocab-table-index: 0 da39", "vocabulary table 0 da39")]
    [TestCase("banana-decision-version: 3", "vocabulary table (none)")]
    [TestCase("banana-decision-version: 3\r\ninitial-vocab-table-index: 1 bb33\r\ncurrent-connection: x", "an incarnation and a number")]
    public void DecisionParse_Unacceptable_IsAReadableError(string block, string expected) =>
        Assert.That(() => Decision.Parse(block), Throws.TypeOf<NegotiationException>().With.Message.Contains(expected));

    [Test]
    public void DecisionParse_WithAndWithoutMark_IsTaken()
    {
        Assert.That(Decision.Parse(GoodDecision), Is.EqualTo(new ConnectionMark("ab", 7)));
        Assert.That(Decision.Parse("banana-decision-version: 3\r\ninitial-vocab-table-index: 1 bb33"), Is.Null);
    }

    [Test]
    public void DecisionRefuse_ReasonWithLineBreaks_CannotForgeFields()
    {
        string block = Encoding.ASCII.GetString(Decision.Refuse("no\r\ncurrent-connection: x 1\r\n\r\n"));

        Assert.That(HeaderBlock.Parse(block[..^4]).Keys, Is.EquivalentTo(new[] { "banana-decision-version", "error" }));
    }
}
