using System.Diagnostics.CodeAnalysis;

namespace Foolscap.Tubs.References;

/// <summary>Hashes clids, which the peer chooses, so that it cannot choose those that fall together.</summary>
internal sealed class ClidComparer : IEqualityComparer<long>
{
    public static ClidComparer Instance { get; } = new();

    public bool Equals(long x, long y) => x == y;

    public int GetHashCode([DisallowNull] long clid) => HashCode.Combine((int)clid, (int)(clid >> 32));
}
