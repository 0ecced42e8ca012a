using System.Collections;
using System.Collections.Frozen;

namespace Foolscap.Tubs.Banana;

/// <summary>Sets and dicts while they are read: what Python could not hash is refused as it would refuse it.</summary>
internal static class Containers
{
    /// <summary>Tells whether Python could use a value as a dict's key or a set's member.</summary>
    public static bool IsHashable(object? value) => value switch
    {
        BananaTuple tuple => tuple.IsComplete && tuple.IsHashable,
        byte[] => true,
        IDictionary or IList or HashSet<object?> => false,
        _ => true,
    };

    /// <exception cref="ViolationException">Python could not use the value as a dict's key or a set's member.</exception>
    public static object? CheckHashable(object? value) => IsHashable(value)
        ? value
        : throw new ViolationException($"{ReceivedValue.Describe(value)} cannot be a dict's key or a set's member here");

    /// <summary>Takes the next member of a dict: a key, or the value for it.</summary>
    /// <exception cref="ViolationException">The key cannot be one, or is there already.</exception>
    public static void AddToDict(ref Frame frame, object? value)
    {
        Dictionary<object, object?> dict = (Dictionary<object, object?>)frame.Value!;
        if (frame.Extra is null)
        {
            // .NET's dictionaries have no null key; DBNull stands in for Python's None.
            frame.Extra = CheckHashable(value) ?? DBNull.Value;
        }
        else if (dict.TryAdd(frame.Extra, value))
        {
            frame.Extra = null;
        }
        else
        {
            throw new ViolationException($"duplicate key in a dict: {Name(frame.Extra)}");
        }
    }

    /// <summary>Names a key. One that takes long to write out, a long integer or a tuple of tuples, is only called by its type.</summary>
    private static string Name(object key) => key is string or long or double or bool ? Excerpt.Of($"{key}") : ReceivedValue.Describe(key);

    public static FrozenSet<object?> Freeze(List<object?> members) => members.ToFrozenSet(PythonEquality.Instance);
}
