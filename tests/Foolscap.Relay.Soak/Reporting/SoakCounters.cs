using System.Collections.Concurrent;

namespace Foolscap.Relay.Soak.Reporting;

/// <summary>What has happened so far. Thread-safe.</summary>
internal sealed class SoakCounters
{
    private readonly ConcurrentDictionary<string, long> _events = new();
    private readonly ConcurrentDictionary<string, ErrorKind> _errors = new();
    private long _connections;
    private long _transfers;
    private long _bytes;
    private long _errorCount;

    /// <summary>Connections to the relay that callers have opened.</summary>
    public long Connections => Interlocked.Read(ref _connections);

    /// <summary>Transfers that were complete and unchanged at both ends.</summary>
    public long Transfers => Interlocked.Read(ref _transfers);

    /// <summary>The bytes of those, both ways.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>What must not have happened.</summary>
    public long Errors => Interlocked.Read(ref _errorCount);

    /// <summary>What has happened as it should, by kind.</summary>
    public IEnumerable<KeyValuePair<string, long>> Events => _events.OrderBy(entry => entry.Key, StringComparer.Ordinal);

    /// <summary>What must not have happened, by kind, with the first of each.</summary>
    public IEnumerable<ErrorKind> ErrorKinds => _errors.Values.OrderByDescending(kind => kind.Count);

    public void AddConnection() => Interlocked.Increment(ref _connections);

    public void AddTransfer(long bytes)
    {
        Interlocked.Increment(ref _transfers);
        Interlocked.Add(ref _bytes, bytes);
    }

    public void AddEvent(string kind) => _events.AddOrUpdate(kind, 1, (_, count) => count + 1);

    public void AddError(string kind, string detail)
    {
        Interlocked.Increment(ref _errorCount);
        _errors.AddOrUpdate(kind, new ErrorKind(kind, 1, detail), (_, known) => known with { Count = known.Count + 1 });
    }

    /// <summary>One kind of what must not have happened.</summary>
    /// <param name="Kind">What it is.</param>
    /// <param name="Count">How often.</param>
    /// <param name="First">The first in words.</param>
    public sealed record ErrorKind(string Kind, long Count, string First);
}
