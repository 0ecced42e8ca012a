using System.Numerics;
using Foolscap.Tubs;

namespace Foolscap.Relay.Tests;

internal sealed class RelayWindowTests
{
    private static IEnumerable<TestCaseData> Good()
    {
        yield return new TestCaseData(1L, 1);
        yield return new TestCaseData(262_144L, 262_144);
        yield return new TestCaseData((long)int.MaxValue, int.MaxValue);
        yield return new TestCaseData(int.MaxValue + 1L, int.MaxValue);
        yield return new TestCaseData(long.MaxValue, int.MaxValue);
        yield return new TestCaseData(BigInteger.Pow(2, 100), int.MaxValue);
    }

    private static IEnumerable<TestCaseData> Bad()
    {
        yield return new TestCaseData(0L, "0").SetArgDisplayNames("0");
        yield return new TestCaseData(-1L, "-1").SetArgDisplayNames("-1");
        yield return new TestCaseData(long.MinValue, "-9223372036854775808").SetArgDisplayNames("long.MinValue");
        yield return new TestCaseData(-BigInteger.Pow(2, 64), "-18446744073709551616").SetArgDisplayNames("-2**64");
        yield return new TestCaseData("262144", "another value").SetArgDisplayNames("text");
        yield return new TestCaseData(1.0, "another value").SetArgDisplayNames("float");
        yield return new TestCaseData(true, "another value").SetArgDisplayNames("boolean");
        yield return new TestCaseData(null, "another value").SetArgDisplayNames("None");
    }

    [TestCaseSource(nameof(Good))]
    public void Parse_AtLeastOne_IsItOrWhatFits(object value, int window) => Assert.That(RelayWindow.Parse(value), Is.EqualTo(window));

    [TestCaseSource(nameof(Bad))]
    public void Parse_AnythingElse_IsAViolationThatNamesIt(object? value, string named) =>
        Assert.That(
            () => RelayWindow.Parse(value),
            Throws.TypeOf<ViolationException>().With.Message.EqualTo($"A window must be an integer of at least 1, and not {named}."));

    [Test]
    public void Get_NoneGiven_IsTheDefault() =>
        Assert.That(RelayWindow.Get(new Dictionary<object, object?> { ["other"] = 5L }), Is.EqualTo(262_144));

    [Test]
    public void Get_Given_IsIt() =>
        Assert.That(RelayWindow.Get(new Dictionary<object, object?> { ["window"] = 5L }), Is.EqualTo(5));

    [Test]
    public void Get_GivenAsNone_IsAViolation() =>
        Assert.That(() => RelayWindow.Get(new Dictionary<object, object?> { ["window"] = null }), Throws.TypeOf<ViolationException>());
}
