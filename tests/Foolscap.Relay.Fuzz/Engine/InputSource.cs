namespace Foolscap.Relay.Fuzz.Engine;

/// <summary>The inputs of one target: first those that are kept, as they are, then mutations of them without an end.</summary>
internal sealed class InputSource(FuzzTarget target, IReadOnlyList<byte[]> kept, ulong seed)
{
    /// <summary>Longer ones tell nothing new, and take long.</summary>
    public const int MaxLength = 64 * 1024;

    private readonly IReadOnlyList<byte[]> _bases = [.. target.Seeds, .. kept];

    public byte[] Get(long index)
    {
        if (index < _bases.Count)
        {
            return _bases[(int)index];
        }

        FuzzRandom random = new(seed, target.Name, index);
        byte[] mutated = target.Mutator.Mutate(random.Pick(_bases), random, _bases);
        return mutated.Length > MaxLength ? mutated[..MaxLength] : mutated;
    }
}
