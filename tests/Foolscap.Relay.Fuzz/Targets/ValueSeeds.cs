using System.Numerics;
using Foolscap.Tubs;
using Foolscap.Tubs.Banana;
using Foolscap.Tubs.Connections;

namespace Foolscap.Relay.Fuzz.Targets;

/// <summary>Messages of this library's own encoder, one for each kind of value.</summary>
internal static class ValueSeeds
{
    public static IReadOnlyList<byte[]> All { get; } = [.. Values().Select((value, i) => Encode(value, i % 3))];

    private static IEnumerable<object?> Values()
    {
        List<object?> shared = [1L, "x"];
        yield return null;
        yield return true;
        yield return new List<object?> { 0L, -1L, int.MaxValue, int.MinValue, long.MaxValue, long.MinValue, BigInteger.Pow(2, 200), -BigInteger.Pow(2, 90) };
        yield return new List<object?> { 0.0, -0.0, double.NaN, double.PositiveInfinity, 1.5 };
        yield return new List<object?> { "text", "\u00E9\u20AC", new byte[] { 0, 255, 128 }, "call"u8.ToArray() };
        yield return new BananaTuple(1L, new BananaTuple(), new BananaTuple(2L, "y"));
        yield return new HashSet<object?> { 1L, 2.5, "z", new BananaTuple(1L) };
        yield return new Dictionary<object, object?> { ["window"] = 262_144L, ["hints"] = new List<object?> { "tcp:h:1" }, [1L] = null };
        yield return new List<object?> { shared, shared, new Dictionary<object, object?> { ["again"] = shared } };
        yield return new Referenceable();
    }

    private static byte[] Encode(object? value, int form)
    {
        OutputBuffer output = new();
        BananaWriter writer = new(output);
        ValueEncoder values = new(writer, new Exporter());
        values.BeginMessage();
        if (form == 0)
        {
            new AnswerMessage(7, value).Encode(writer, values);
        }
        else
        {
            new CallMessage(
                8,
                clid: form,
                "echo",
                form == 1 ? [value] : [],
                form == 2 ? new Dictionary<string, object?> { ["value"] = value } : null).Encode(writer, values);
        }

        return output.ToArray();
    }

    private sealed class Exporter : IReferenceExporter
    {
        public void BeginMessage()
        {
        }

        public void Rollback()
        {
        }

        public ExportedReference Export(IReferenceable local) => new(3, true, "pb://qanuzrpavk5rsewvc4pth3jbecfecn2y@tcp:h:1/x");

        public long GetClid(RemoteReference remote) => remote.Clid;
    }
}
