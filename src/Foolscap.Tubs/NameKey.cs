using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Foolscap.Tubs;

/// <summary>
/// A secret name as the key of a table: its hash under a key that only this process knows. A table compares hashes and
/// keys and stops at the first difference; of these the time that it takes tells a stranger nothing about a name.
/// </summary>
public readonly record struct NameKey
{
    private static readonly byte[] ProcessKey = RandomNumberGenerator.GetBytes(HMACSHA256.HashSizeInBytes);

    private readonly UInt128 _high;
    private readonly UInt128 _low;

    private NameKey(UInt128 high, UInt128 low) => (_high, _low) = (high, low);

    /// <summary>Gets the key of a name.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The key, which is another one in each process.</returns>
    public static NameKey Of(string name)
    {
        Span<UInt128> hash = stackalloc UInt128[2];
        HMACSHA256.HashData(ProcessKey, MemoryMarshal.AsBytes(name.AsSpan()), MemoryMarshal.AsBytes(hash));
        return new NameKey(hash[0], hash[1]);
    }
}
