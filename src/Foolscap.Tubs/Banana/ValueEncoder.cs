using System.Buffers;
using System.Collections;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Foolscap.Tubs.Banana;

/// <summary>
/// Writes values as banana sequences (<c>foolscap.slicers</c>). One instance serves one connection, one message at a
/// time: <see cref="BeginMessage"/> opens a new scope for <c>(reference N)</c>.
/// </summary>
internal sealed class ValueEncoder(BananaWriter writer, IReferenceExporter exporter)
{
    private const int MaxDepth = 500;
    private const int KeptCapacity = 256;

    private Dictionary<object, long>? _sent;

    public void BeginMessage()
    {
        if (_sent is { Capacity: > KeptCapacity })
        {
            _sent = null;
        }

        _sent?.Clear();
        exporter.BeginMessage();
    }

    /// <summary>Takes back what a message exported that is not sent after all.</summary>
    public void Rollback() => exporter.Rollback();

    /// <summary>Writes one value.</summary>
    /// <exception cref="ViolationException">The value, or something in it, cannot be sent.</exception>
    public void Encode(object? value) => Encode(value, depth: 0);

    private void Encode(object? value, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new ViolationException($"A value that nests deeper than {MaxDepth} sequences cannot be sent.");
        }

        switch (value)
        {
            case null or DBNull:
                writer.Close(writer.Open(Vocabulary.None));
                break;
            case bool truth:
                long boolean = writer.Open(Vocabulary.Boolean);
                writer.Count(truth ? 1 : 0);
                writer.Close(boolean);
                break;
            case string text:
                long unicode = writer.Open(Vocabulary.Unicode);
                writer.Utf8(text);
                writer.Close(unicode);
                break;
            case IReferenceable local:
                EncodeMyReference(local);
                break;
            case RemoteReference remote:
                long yours = writer.Open(Vocabulary.YourReference);
                writer.Integer(exporter.GetClid(remote));
                writer.Close(yours);
                break;
            default:
                if (!TryEncodeNumber(value) && !TryEncodeBytes(value))
                {
                    EncodeContainer(value, depth);
                }

                break;
        }
    }

    private void EncodeMyReference(IReferenceable local)
    {
        ExportedReference exported = exporter.Export(local);
        long mine = writer.Open(Vocabulary.MyReference);
        writer.Integer(exported.Clid);
        if (exported.IsFirst)
        {
            writer.Bytes(default(ReadOnlySpan<byte>)); // no RemoteInterface
            if (exported.Furl is not null)
            {
                writer.Utf8(exported.Furl);
            }
        }

        writer.Close(mine);
    }

    private bool TryEncodeNumber(object value)
    {
        switch (value)
        {
            case int number:
                writer.Integer(number);
                return true;
            case long number:
                writer.Integer(number);
                return true;
            case BigInteger number:
                writer.Integer(number);
                return true;
            case double number:
                writer.Float(number);
                return true;
            case float number:
                writer.Float(number);
                return true;
            case ulong number:
                writer.Integer((BigInteger)number);
                return true;
            case uint or short or ushort or byte or sbyte:
                writer.Integer(Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture));
                return true;
            default:
                return false;
        }
    }

    private bool TryEncodeBytes(object value)
    {
        switch (value)
        {
            case byte[] bytes:
                writer.Bytes(bytes);
                return true;
            case ReadOnlyMemory<byte> bytes:
                writer.Bytes(bytes.Span);
                return true;
            case Memory<byte> bytes:
                writer.Bytes(bytes.Span);
                return true;
            case ArraySegment<byte> bytes:
                writer.Bytes(bytes);
                return true;
            case ReadOnlySequence<byte> bytes:
                writer.Bytes(bytes);
                return true;
            default:
                return false;
        }
    }

    private void EncodeContainer(object value, int depth)
    {
        if (value is not ValueType && _sent is not null && _sent.TryGetValue(value, out long earlier))
        {
            long reference = writer.Open(Vocabulary.Reference);
            writer.Count(earlier);
            writer.Close(reference);
            return;
        }

        switch (value)
        {
            case IDictionary dictionary:
                EncodeDict(dictionary, depth);
                break;
            case IEnumerable set when SetTypes.IsFrozenSet(value.GetType()):
                // Python does not track frozensets for (reference), so neither does this side.
                EncodeMembers(Vocabulary.ImmutableSet, set, tracked: null, depth, distinct: true);
                break;
            case IEnumerable set when SetTypes.IsSet(value.GetType()):
                EncodeMembers(Vocabulary.Set, set, value, depth, distinct: true);
                break;
            case BananaTuple tuple:
                EncodeMembers(Vocabulary.Tuple, tuple, tuple, depth);
                break;
            case ITuple tuple:
                EncodeMembers(Vocabulary.Tuple, Members(tuple), value is ValueType ? null : value, depth);
                break;
            case IEnumerable list:
                EncodeMembers(Vocabulary.List, list, value is ValueType ? null : value, depth);
                break;
            default:
                throw new ViolationException(
                    $"A value of type {value.GetType()} cannot be sent: a call carries null, bool, integers, double, byte[], "
                    + "string, lists, tuples, dictionaries, sets and references.");
        }
    }

    private void EncodeMembers(int type, IEnumerable members, object? tracked, int depth, bool distinct = false)
    {
        long number = writer.Open(type);
        Track(tracked, number);
        HashSet<object?>? seen = distinct ? new HashSet<object?>(PythonEquality.Instance) : null;
        foreach (object? member in members)
        {
            if (seen is null || seen.Add(member))
            {
                Encode(member, depth + 1);
            }
        }

        writer.Close(number);
    }

    private void EncodeDict(IDictionary dictionary, int depth)
    {
        long number = writer.Open(Vocabulary.Dict);
        Track(dictionary, number);
        HashSet<object?> seen = new(dictionary.Count, PythonEquality.Instance);
        foreach (DictionaryEntry entry in DictOrder.Sort(dictionary))
        {
            if (!seen.Add(entry.Key))
            {
                throw new ViolationException($"A dictionary cannot be sent: Python takes two of its keys for the same, {Excerpt.Of($"{entry.Key}")}.");
            }

            Encode(entry.Key, depth + 1);
            Encode(entry.Value, depth + 1);
        }

        writer.Close(number);
    }

    private void Track(object? container, long number)
    {
        if (container is not null)
        {
            (_sent ??= new Dictionary<object, long>(ReferenceEqualityComparer.Instance))[container] = number;
        }
    }

    private static IEnumerable<object?> Members(ITuple tuple)
    {
        for (int i = 0; i < tuple.Length; i++)
        {
            yield return tuple[i];
        }
    }
}
