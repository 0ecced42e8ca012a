using Foolscap.Furls;

namespace Foolscap.Tubs.References;

/// <summary>
/// The peer's objects to which this side of one connection holds references, with how many
/// (<c>foolscap.broker.Broker.yourReferenceByCLID</c>). An object is known until the last decref is answered: so long
/// may the peer send its clid without telling its FURL again. Thread-safe.
/// </summary>
internal sealed class ImportTable(TubConnection connection, int limit)
{
    /// <summary>It is kept as long as the reference is.</summary>
    private const int MaxFurlLength = 8192;

    private readonly Lock _gate = new();
    private readonly Dictionary<long, Import> _byClid = new(ClidComparer.Instance);
    private int _held;
    private int _releasing;

    /// <summary>How many references are held.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _held;
            }
        }
    }

    /// <summary>Counts one more receipt of a reference.</summary>
    /// <exception cref="ViolationException">The FURL is none, or another Tub's, or too many references are held.</exception>
    public RemoteReference Receive(long clid, string? furlText)
    {
        Furl? furl = furlText is null ? null : CheckFurl(furlText);
        lock (_gate)
        {
            // Those that are being given back count as long as the peer has not said that it has heard so.
            if (_held + _releasing >= limit)
            {
                throw new ViolationException($"This side holds {limit} references already, which is the limit.");
            }

            if (!_byClid.TryGetValue(clid, out Import? import))
            {
                import = new Import();
                _byClid.Add(clid, import);
            }

            import.Furl ??= furl;
            import.Held++;
            _held++;
            return new RemoteReference(connection, clid, import.Furl);
        }
    }

    /// <summary>A reference is given back, and the peer is about to be told.</summary>
    public void BeginRelease(long clid)
    {
        lock (_gate)
        {
            _held--;
            _releasing++;
            if (_byClid.TryGetValue(clid, out Import? import))
            {
                import.Held--;
                import.Releasing++;
            }
        }
    }

    /// <summary>The peer has answered the decref.</summary>
    public void EndRelease(long clid)
    {
        lock (_gate)
        {
            _releasing--;
            if (_byClid.TryGetValue(clid, out Import? import) && --import.Releasing == 0 && import.Held == 0)
            {
                _byClid.Remove(clid);
            }
        }
    }

    private Furl CheckFurl(string text)
    {
        if (text.Length > MaxFurlLength || !Furl.TryParse(text, out Furl? furl))
        {
            throw new ViolationException("A reference came with what is no FURL.");
        }

        return furl.TubId == connection.RemoteTubId
            ? furl
            : throw new ViolationException(
                $"A reference came with a FURL of Tub {furl.TubId} on the connection of Tub {connection.RemoteTubId}.");
    }

    private sealed class Import
    {
        public Furl? Furl { get; set; }

        public int Held { get; set; }

        public int Releasing { get; set; }
    }
}
