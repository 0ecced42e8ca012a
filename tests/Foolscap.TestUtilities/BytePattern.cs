namespace Foolscap.TestUtilities;

/// <summary>
/// Bytes that depend on their position and on a seed. They repeat after a prime number of bytes, so that no lost or
/// doubled piece of any usual size can go unnoticed.
/// </summary>
public static class BytePattern
{
    /// <summary>The longest piece.</summary>
    public const int MaxPiece = 64 * 1024;

    private const int Period = 65_521;

    private static readonly byte[] Table = MakeTable();

    /// <summary>The bytes from a position on.</summary>
    /// <param name="seed">Any number.</param>
    /// <param name="position">Where they begin.</param>
    /// <param name="count">How many, at most <see cref="MaxPiece"/>.</param>
    public static ReadOnlyMemory<byte> Get(int seed, long position, int count) =>
        Table.AsMemory((int)((position + (uint)seed) % Period), count);

    /// <summary>Whether bytes are those from a position on; of any length.</summary>
    public static bool IsRight(ReadOnlySpan<byte> bytes, int seed)
    {
        for (int position = 0; position < bytes.Length; position += MaxPiece)
        {
            int count = Math.Min(MaxPiece, bytes.Length - position);
            if (!bytes.Slice(position, count).SequenceEqual(Get(seed, position, count).Span))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Makes the first bytes, of any length.</summary>
    public static byte[] Make(int count, int seed)
    {
        byte[] bytes = new byte[count];
        for (int position = 0; position < count; position += MaxPiece)
        {
            Get(seed, position, Math.Min(MaxPiece, count - position)).CopyTo(bytes.AsMemory(position));
        }

        return bytes;
    }

    private static byte[] MakeTable()
    {
        byte[] table = new byte[Period + MaxPiece];
        new Random(Period).NextBytes(table.AsSpan(0, Period));
        for (int i = Period; i < table.Length; i++)
        {
            table[i] = table[i - Period];
        }

        return table;
    }
}
