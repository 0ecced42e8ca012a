using Foolscap.Relay.Fuzz.Engine;

namespace Foolscap.Relay.Fuzz.Mutation;

/// <summary>Makes a new input of an old one.</summary>
internal interface IMutator
{
    /// <param name="input">The old one, which stays as it is.</param>
    /// <param name="random">All that decides.</param>
    /// <param name="others">Where parts may be taken from.</param>
    byte[] Mutate(byte[] input, FuzzRandom random, IReadOnlyList<byte[]> others);
}

/// <summary>One of several ways, at random.</summary>
internal sealed class AnyMutator(params IReadOnlyList<IMutator> mutators) : IMutator
{
    public byte[] Mutate(byte[] input, FuzzRandom random, IReadOnlyList<byte[]> others) =>
        random.Pick(mutators).Mutate(input, random, others);
}

/// <summary>Leaves the first byte, which says whom the input is for, and mutates the rest with one for the same side.</summary>
internal sealed class BehindFirstByte(IMutator inner) : IMutator
{
    public byte[] Mutate(byte[] input, FuzzRandom random, IReadOnlyList<byte[]> others)
    {
        if (input.Length == 0)
        {
            return input;
        }

        List<byte[]> same = [.. others.Where(other => other.Length > 0 && other[0] == input[0]).Select(other => other[1..])];
        return [input[0], .. inner.Mutate(input[1..], random, same)];
    }
}
