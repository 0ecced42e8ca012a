namespace Foolscap.Relay.Benchmarks.Micro;

/// <summary>What went to somebody who takes everything at once, and keeps only its end.</summary>
internal sealed class Discarded
{
    private readonly MemoryStream _last = new();

    public long Total { get; private set; }

    /// <summary>Whether what is taken is kept.</summary>
    public bool IsKept { get; set; } = true;

    /// <summary>What was taken while it was kept.</summary>
    public byte[] Kept => _last.ToArray();

    public void Take(ReadOnlySpan<byte> bytes)
    {
        Total += bytes.Length;
        if (IsKept)
        {
            _last.Write(bytes);
        }
    }
}
