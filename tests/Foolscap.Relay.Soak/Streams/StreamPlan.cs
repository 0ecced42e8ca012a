using System.Buffers.Binary;

namespace Foolscap.Relay.Soak.Streams;

/// <summary>What caller and target do on one connection. The caller sends it behind its request.</summary>
/// <param name="Id">By which the target reports how it ended.</param>
/// <param name="Kind">What happens.</param>
/// <param name="Seed">What the bytes upwards depend on; those downwards depend on its complement.</param>
/// <param name="UpBytes">How many bytes the caller sends, or would send.</param>
/// <param name="DownBytes">How many bytes the target sends, or would send.</param>
internal sealed record StreamPlan(long Id, StreamKind Kind, int Seed, long UpBytes, long DownBytes)
{
    /// <summary>How long a written plan is.</summary>
    public const int Length = 29;

    private const int ShortSize = 64 * 1024;
    private const int MiddleSize = 1024 * 1024;
    private const int LongSize = 8 * 1024 * 1024;

    private static long s_lastId;

    /// <summary>What the target's bytes depend on.</summary>
    public int DownSeed => ~Seed;

    /// <summary>Draws a plan: most are short, some long, and some end early.</summary>
    public static StreamPlan Draw(Random random)
    {
        StreamKind kind = random.Next(10) switch
        {
            < 4 => StreamKind.BothWays,
            < 7 => StreamKind.UpThenDown,
            7 => StreamKind.CallerResets,
            8 => StreamKind.TargetResets,
            _ => StreamKind.Vanishes,
        };
        return Make(kind, random, DrawSize(random), DrawSize(random));
    }

    /// <summary>Makes a plan of a certain kind and size.</summary>
    public static StreamPlan Make(StreamKind kind, Random random, long upBytes, long downBytes) =>
        new(Interlocked.Increment(ref s_lastId), kind, random.Next(), upBytes, downBytes);

    public static StreamPlan Read(ReadOnlySpan<byte> from) => new(
        BinaryPrimitives.ReadInt64BigEndian(from),
        (StreamKind)from[8],
        BinaryPrimitives.ReadInt32BigEndian(from[9..]),
        BinaryPrimitives.ReadInt64BigEndian(from[13..]),
        BinaryPrimitives.ReadInt64BigEndian(from[21..]));

    public byte[] ToBytes()
    {
        byte[] to = new byte[Length];
        BinaryPrimitives.WriteInt64BigEndian(to, Id);
        to[8] = (byte)Kind;
        BinaryPrimitives.WriteInt32BigEndian(to.AsSpan(9), Seed);
        BinaryPrimitives.WriteInt64BigEndian(to.AsSpan(13), UpBytes);
        BinaryPrimitives.WriteInt64BigEndian(to.AsSpan(21), DownBytes);
        return to;
    }

    private static long DrawSize(Random random) => 1 + random.Next(random.Next(40) switch
    {
        < 32 => ShortSize,
        < 39 => MiddleSize,
        _ => LongSize,
    });
}
