namespace Foolscap.Relay.Server.Admission;

/// <summary>How many there are of each key. Its owner's lock guards it.</summary>
internal sealed class KeyedCounts<TKey>
    where TKey : notnull
{
    private readonly Dictionary<TKey, int> _counts = [];

    public int this[TKey key] => _counts.GetValueOrDefault(key);

    public void Add(TKey key) => _counts[key] = _counts.GetValueOrDefault(key) + 1;

    public void Remove(TKey key)
    {
        if (--_counts[key] == 0)
        {
            _counts.Remove(key);
        }
    }
}
