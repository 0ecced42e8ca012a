using Foolscap.Relay.Fuzz.Engine;

namespace Foolscap.Relay.Fuzz.Mutation;

/// <summary>Mutations that know nothing of what the bytes mean.</summary>
internal sealed class ByteMutator : IMutator
{
    private static readonly byte[] Telling =
    [
        0x00, 0x01, 0x0A, 0x0D, 0x20, 0x2F, 0x3A, 0x40, 0x7F, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x8D, 0x8E, 0x8F, 0xC3, 0xFF,
    ];

    public byte[] Mutate(byte[] input, FuzzRandom random, IReadOnlyList<byte[]> others)
    {
        List<byte> bytes = [.. input];
        for (int changes = 1 + random.Next(4); changes > 0; changes--)
        {
            MutateOnce(bytes, random, others);
            if (bytes.Count > InputSource.MaxLength)
            {
                bytes.RemoveRange(InputSource.MaxLength, bytes.Count - InputSource.MaxLength);
            }
        }

        return [.. bytes];
    }

    private static void MutateOnce(List<byte> bytes, FuzzRandom random, IReadOnlyList<byte[]> others)
    {
        if (bytes.Count == 0)
        {
            bytes.AddRange(random.Bytes(1 + random.Next(16)));
            return;
        }

        int position = random.Next(bytes.Count);
        int length = 1 + random.Next(Math.Min(bytes.Count - position, random.OneIn(4) ? int.MaxValue : 16));
        switch (random.Next(9))
        {
            case 0:
                bytes[position] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes[position] = random.NextByte();
                break;
            case 2:
                bytes[position] = random.Pick(Telling);
                break;
            case 3:
                bytes.InsertRange(position, random.Bytes(1 + random.Next(8)));
                break;
            case 4:
                bytes.Insert(position, random.Pick(Telling));
                break;
            case 5:
                bytes.RemoveRange(position, length);
                break;
            case 6:
                Repeat(bytes, position, length, random);
                break;
            case 7:
                bytes.RemoveRange(position, bytes.Count - position);
                break;
            default:
                Splice(bytes, position, random.Pick(others), random);
                break;
        }
    }

    private static void Repeat(List<byte> bytes, int position, int length, FuzzRandom random)
    {
        List<byte> part = bytes.GetRange(position, length);
        int times = random.OneIn(8) ? random.Next(Math.Max(1, 8192 / length)) : 1;
        for (int i = 0; i < times; i++)
        {
            bytes.InsertRange(position, part);
        }
    }

    /// <summary>The beginning of one input, and the end of another.</summary>
    private static void Splice(List<byte> bytes, int position, byte[] other, FuzzRandom random)
    {
        bytes.RemoveRange(position, bytes.Count - position);
        bytes.AddRange(other.AsSpan(random.Next(other.Length + 1)));
    }
}
