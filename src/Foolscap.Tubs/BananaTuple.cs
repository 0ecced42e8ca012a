using System.Collections;
using System.Runtime.CompilerServices;
using Foolscap.Tubs.Banana;

namespace Foolscap.Tubs;

/// <summary>
/// A Python tuple: an immutable row of values. A received tuple arrives as one of these; a value tuple such as
/// <c>(1, "two")</c> is sent as one.
/// </summary>
/// <remarks>Compared by value, as Python compares: byte strings by their bytes, numbers by their value.</remarks>
public sealed class BananaTuple : IReadOnlyList<object?>, ITuple, IEquatable<BananaTuple>
{
    private object?[] _items;

    // Known from the start, from what the members know of themselves: a peer can build tuples of tuples whose members,
    // counted out, outnumber the atoms of the world, and none of them may be walked.
    private int _hash;

    /// <summary>Creates a tuple.</summary>
    /// <param name="items">Its members, of the types that a call can carry (see <see cref="RemoteReference"/>).</param>
    public BananaTuple(params ReadOnlySpan<object?> items)
    {
        _items = items.ToArray();
        Summarize();
    }

    private BananaTuple() => _items = null!;

    /// <inheritdoc/>
    public int Count => _items.Length;

    int ITuple.Length => _items.Length;

    /// <summary>Whether all members are there: false only while the decoder has not come to the tuple's end.</summary>
    internal bool IsComplete => _items is not null;

    /// <summary>Whether Python could use it as the key of a dict: it holds no list, dict or set.</summary>
    internal bool IsHashable { get; private set; }

    /// <inheritdoc/>
    public object? this[int index] => _items[index];

    /// <summary>Creates a tuple whose members come later: a sequence inside it may refer back to it.</summary>
    internal static BananaTuple CreateIncomplete() => new();

    internal void Complete(List<object?> items)
    {
        _items = [.. items];
        Summarize();
    }

    /// <inheritdoc/>
    public IEnumerator<object?> GetEnumerator() => ((IEnumerable<object?>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(BananaTuple? other) => PythonEquality.Instance.Equals(this, other);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as BananaTuple);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;

    /// <inheritdoc/>
    public override string ToString() => $"a tuple of {_items.Length}";

    private void Summarize()
    {
        IsHashable = true;
        HashCode hash = default;
        foreach (object? item in _items)
        {
            bool hashable = Containers.IsHashable(item);
            IsHashable &= hashable;
            hash.Add(hashable ? PythonEquality.Instance.GetHashCode(item) : 0);
        }

        _hash = hash.ToHashCode();
    }
}
