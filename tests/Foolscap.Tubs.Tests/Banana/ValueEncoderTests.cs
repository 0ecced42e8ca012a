using System.Collections.Frozen;
using System.Numerics;
using Foolscap.Tubs.Banana;

namespace Foolscap.Tubs.Tests.Banana;

/// <summary>Values out and in again.</summary>
internal sealed class ValueEncoderTests
{
    private static IEnumerable<TestCaseData> Values()
    {
        yield return Case(null, "None");
        yield return Case(DBNull.Value, "None");
        yield return Case(true, "True");
        yield return Case((byte)200, "200");
        yield return Case((sbyte)-3, "-3");
        yield return Case(ushort.MaxValue, "65535");
        yield return Case(uint.MaxValue, "4294967295");
        yield return Case(ulong.MaxValue, "18446744073709551615");
        yield return Case(long.MinValue, "-9223372036854775808");
        yield return Case(BigInteger.Pow(-7, 99), BigInteger.Pow(-7, 99).ToString());
        yield return Case(1.5f, "1.5");
        yield return Case(double.NaN, "nan");
        yield return Case(double.Epsilon, "5e-324");
        yield return Case(new ReadOnlyMemory<byte>([1]), "b'\\x01'");
        yield return Case(new ArraySegment<byte>([1, 2, 3], 1, 1), "b'\\x02'");
        yield return Case("é\uD83D\uDE00", "'é\uD83D\uDE00'");
        yield return Case(new string('é', 50), $"'{new string('é', 50)}'");
        yield return Case((1, ("x", 2.5)), "(1, ('x', 2.5))");
        yield return Case(Tuple.Create(1), "(1,)");
        yield return Case(new[] { 1, 2 }, "[1, 2]");
        yield return Case(Enumerable.Range(0, 3), "[0, 1, 2]");
        yield return Case(new HashSet<string> { "x" }, "{'x'}");
        yield return Case(new HashSet<long> { 1, 2 }, "{1, 2}");
        yield return Case(new HashSet<object?> { 1, 1.0, true }, "{1}");
        yield return Case(new[] { "x" }.ToFrozenSet(), "frozenset({'x'})");
        yield return Case(new Dictionary<object, object?> { [DBNull.Value] = 1 }, "{None: 1}");
        yield return Case(new Dictionary<string, int> { ["\uFF5E"] = 1, ["\uD83D\uDE00"] = 2, ["a"] = 3 }, "{'a': 3, '\uFF5E': 1, '\uD83D\uDE00': 2}");
        yield return Case(new Dictionary<long, int> { [2] = 1, [-1] = 2 }, "{-1: 2, 2: 1}");

        static TestCaseData Case(object? value, string expected) =>
            new TestCaseData(value, expected).SetArgDisplayNames(value?.GetType().Name ?? "null", expected[..Math.Min(expected.Length, 20)]);
    }

    [TestCaseSource(nameof(Values))]
    public void Encode_EveryType_ComesBackAsItsPythonValue(object? value, string expected) =>
        Assert.That(DecoderRun.Decode(new EncoderRun().Answer(value)), Is.EqualTo(new[] { $"answer 1 {expected}" }));

    [TestCase(2147483647L, TokenType.Int)]
    [TestCase(2147483648L, TokenType.LongInt)]
    [TestCase(-2147483648L, TokenType.Neg)]
    [TestCase(-2147483649L, TokenType.LongNeg)]
    public void Integer_AtThe32BitBorders_HasFoolscapsToken(long value, object type)
    {
        foreach (object number in new object[] { value, (BigInteger)value })
        {
            // answer OPEN (3 bytes with its type), request id (2), then the number's header and type.
            byte[] bytes = new EncoderRun().Answer(number);
            Assert.That((TokenType)bytes.Skip(6).First(part => part >= 0x80), Is.EqualTo(type));
        }
    }

    [Test]
    public void Encode_KeysThatPythonTakesForOne_AreRefused() =>
        Assert.That(
            () => new EncoderRun().Answer(new Dictionary<object, object?> { [1] = "a", [1.0] = "b" }),
            Throws.TypeOf<ViolationException>().With.Message.Contains("takes two of its keys for the same"));

    [Test]
    public void Encode_EndlessNesting_IsRefused()
    {
        object value = new List<object>();
        for (int i = 0; i < 600; i++)
        {
            value = new List<object> { value };
        }

        Assert.That(() => new EncoderRun().Answer(value), Throws.TypeOf<ViolationException>().With.Message.Contains("500"));
    }

    [Test]
    public void Encode_SharedContainers_AreOneInOneMessageOnly()
    {
        List<object?> shared = [7];
        EncoderRun run = new();
        DecoderRun decoder = new();

        decoder.Feed(run.Answer((shared, shared))).Feed(run.Answer(shared));

        BananaTuple tuple = (BananaTuple)decoder.Handler.Values[0]!;
        Assert.That(tuple[1], Is.SameAs(tuple[0]));
        Assert.That(decoder.Events[1], Is.EqualTo("answer 1 [7]"));
    }

    [TestCase(1L, 1.0, true)]
    [TestCase(1L, true, true)]
    [TestCase(0L, false, true)]
    [TestCase(1L, 1.5, false)]
    [TestCase("1", 1L, false)]
    [TestCase("x", "x", true)]
    [TestCase(null, 0L, false)]
    public void PythonEquality_Values_CompareAsInPython(object? x, object? y, bool expected)
    {
        PythonEquality equality = PythonEquality.Instance;

        Assert.That((equality.Equals(x, y), equality.Equals(y, x)), Is.EqualTo((expected, expected)));
        if (expected)
        {
            Assert.That(equality.GetHashCode(x), Is.EqualTo(equality.GetHashCode(y)));
        }
    }

    [Test]
    public void BananaTuple_SameMembers_IsEqualByValue()
    {
        BananaTuple one = new(1, "x", "b"u8.ToArray(), new BananaTuple(2.0));
        BananaTuple other = new(1L, "x", "b"u8.ToArray(), new BananaTuple(2));

        Assert.That((one.Equals(other), one.GetHashCode() == other.GetHashCode()), Is.EqualTo((true, true)));
        Assert.That(one.Equals(new BananaTuple(1, "x")), Is.False);
    }
}
