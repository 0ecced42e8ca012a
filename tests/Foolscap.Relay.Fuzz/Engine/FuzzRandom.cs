namespace Foolscap.Relay.Fuzz.Engine;

/// <summary>
/// The random numbers of one input: the same seed, target and index give the same numbers on every machine and runtime
/// (SplitMix64). Not thread-safe.
/// </summary>
internal sealed class FuzzRandom
{
    private ulong _state;

    public FuzzRandom(ulong seed, string target, long index)
    {
        _state = seed;
        foreach (char character in target)
        {
            _state = (_state ^ character) * 0x100000001B3;
        }

        _state ^= (ulong)index * 0x9E3779B97F4A7C15;
        Next64();
    }

    public ulong Next64()
    {
        _state += 0x9E3779B97F4A7C15;
        ulong mixed = _state;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }

    /// <summary>A number from 0 to below a bound, which must be positive.</summary>
    public int Next(int bound) => (int)(Next64() % (ulong)bound);

    /// <summary>Whether something happens that happens once in so many times.</summary>
    public bool OneIn(int times) => Next(times) == 0;

    public byte NextByte() => (byte)Next64();

    public T Pick<T>(IReadOnlyList<T> values) => values[Next(values.Count)];

    public byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++)
        {
            bytes[i] = NextByte();
        }

        return bytes;
    }
}
