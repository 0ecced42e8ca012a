using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Foolscap.Tubs.Banana;

/// <summary>Tells .NET's sets from its lists, whatever their members are.</summary>
internal static class SetTypes
{
    public static bool IsFrozenSet(Type type) => IsMadeOf(type, typeof(FrozenSet<>));

    public static bool IsSet(Type type) =>
        IsMadeOf(type, typeof(HashSet<>)) || IsMadeOf(type, typeof(SortedSet<>))
        || IsMadeOf(type, typeof(ImmutableHashSet<>)) || IsMadeOf(type, typeof(ImmutableSortedSet<>));

    private static bool IsMadeOf(Type? type, Type definition)
    {
        for (; type is not null; type = type.BaseType)
        {
            if (type.IsGenericType && type.GetGenericTypeDefinition() == definition)
            {
                return true;
            }
        }

        return false;
    }
}
