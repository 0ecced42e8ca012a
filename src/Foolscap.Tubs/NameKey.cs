using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Foolscap.Tubs;

/// <summary>
/// A secret name as the key of a table: its hash under a key that only this process knows. A table compares hashes and
/// keys and stops at the first difference; of these the time that it takes tells a stranger nothing about a name.
/// </summary>
internal readonly record struct NameKey(UInt128 High, UInt128 Low)
{
    private static readonly byte[] ProcessKey = RandomNumberGenerator.GetBytes(HMACSHA256.HashSizeInBytes);

    public static NameKey Of(string name)
    {
        Span<UInt128> hash = stackalloc UInt128[2];
        HMACSHA256.HashData(ProcessKey, MemoryMarshal.AsBytes(name.AsSpan()), MemoryMarshal.AsBytes(hash));
        return new NameKey(hash[0], hash[1]);
    }
}
