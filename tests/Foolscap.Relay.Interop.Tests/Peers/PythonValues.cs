using System.Collections.Frozen;
using System.Numerics;
using Foolscap.Tubs;

namespace Foolscap.Relay.Interop.Tests.Peers;

/// <summary>The values that callers send there and back, the same as in caller_b.py.</summary>
internal static class PythonValues
{
    public static IReadOnlyList<object?> All { get; } =
    [
        null, true, false,
        0L, 1L, -1L, (1L << 31) - 1, 1L << 31, -(1L << 31), -(1L << 31) - 1,
        BigInteger.Pow(2, 63), long.MinValue, BigInteger.Pow(10, 30), -BigInteger.Pow(10, 30),
        0.0, -2.25, 1e300, double.PositiveInfinity, double.NegativeInfinity,
        Array.Empty<byte>(), "bytes"u8.ToArray(), "list"u8.ToArray(), Enumerable.Range(0, 256).Select(i => (byte)i).ToArray(),
        "", "text", "list", "grüß ☃ 😀",
        List(), List(1L, List(2L)), new BananaTuple(), new BananaTuple(1L, "two", "three"u8.ToArray()),
        Dict(), Dict(("a", 1L), ("b", List(2L))), Dict((1L, "a"), (2L, "b")), Dict((new BananaTuple(1L, "x"), null)),
        Set(), Set(7L), Frozen(), Frozen(8L),
        Dict(("a", List(1L, new BananaTuple(2L, Dict(("b", Set(3L)))), Frozen("x"u8.ToArray()))), ("z", null)),
        List(
            new BananaTuple(Dict(("k", new BananaTuple(Set("inner"), List(new byte[] { 0, 255 }, -1.5))))),
            List(List(List())),
            Dict(("n", Dict(("n", Dict(("n", BigInteger.Pow(2, 70)))))))),
    ];

    /// <summary>Equal in value and in type, all the way down.</summary>
    public static bool AreSame(object? a, object? b) => (a, b) switch
    {
        (null, null) => true,
        (byte[] first, byte[] second) => first.AsSpan().SequenceEqual(second),
        (List<object?> first, List<object?> second) => first.Count == second.Count && first.Zip(second).All(pair => AreSame(pair.First, pair.Second)),
        (BananaTuple first, BananaTuple second) => first.Count == second.Count && first.Zip(second).All(pair => AreSame(pair.First, pair.Second)),
        (HashSet<object?> first, HashSet<object?> second) => AreSameMembers(first, second),
        (FrozenSet<object?> first, FrozenSet<object?> second) => AreSameMembers(first, second),
        (Dictionary<object, object?> first, Dictionary<object, object?> second) =>
            first.Count == second.Count && first.All(pair => second.Any(other => AreSame(pair.Key, other.Key) && AreSame(pair.Value, other.Value))),
        _ => a is not null && b is not null && a.GetType() == b.GetType() && a.Equals(b),
    };

    /// <summary>A value as Python would write it, for messages.</summary>
    public static string Describe(object? value) => value switch
    {
        null => "None",
        byte[] bytes => $"b'{Convert.ToHexString(bytes)}'",
        string text => $"'{text}'",
        List<object?> list => $"[{Describe(list)}]",
        BananaTuple tuple => $"({Describe(tuple)})",
        HashSet<object?> set => $"set({Describe(set)})",
        FrozenSet<object?> set => $"frozenset({Describe(set)})",
        Dictionary<object, object?> dict => $"{{{string.Join(", ", dict.Select(pair => $"{Describe(pair.Key)}: {Describe(pair.Value)}"))}}}",
        _ => $"{value} ({value.GetType().Name})",
    };

    private static string Describe(IEnumerable<object?> values) => string.Join(", ", values.Select(value => Describe(value)));

    private static bool AreSameMembers(IReadOnlyCollection<object?> first, IReadOnlyCollection<object?> second) =>
        first.Count == second.Count && first.All(member => second.Any(other => AreSame(member, other)));

    private static List<object?> List(params IEnumerable<object?> items) => [.. items];

    private static Dictionary<object, object?> Dict(params IEnumerable<(object Key, object? Value)> items) =>
        items.ToDictionary(item => item.Key, item => item.Value);

    private static HashSet<object?> Set(params IEnumerable<object?> items) => [.. items];

    private static FrozenSet<object?> Frozen(params IEnumerable<object?> items) => items.ToFrozenSet();
}
