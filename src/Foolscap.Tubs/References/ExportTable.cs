using Foolscap.Tubs.Banana;

namespace Foolscap.Tubs.References;

/// <summary>
/// The objects of this Tub to which the peer of one connection holds references, with how often each has been sent
/// (<c>foolscap.broker.Broker.myReferenceByCLID</c>). Thread-safe.
/// </summary>
internal sealed class ExportTable(int limit, Func<IReferenceable, string?> getFurl)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, Export> _byClid = [];
    private readonly Dictionary<IReferenceable, Export> _byObject = new(ReferenceEqualityComparer.Instance);
    private readonly List<Export> _inMessage = [];
    private long _lastClid;

    /// <summary>How many objects the peer may call.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _byClid.Count;
            }
        }
    }

    /// <inheritdoc cref="IReferenceExporter.BeginMessage"/>
    public void BeginMessage() => _inMessage.Clear();

    /// <inheritdoc cref="IReferenceExporter.Rollback"/>
    public void Rollback()
    {
        foreach (Export export in _inMessage)
        {
            Release(export.Clid, 1);
        }

        _inMessage.Clear();
    }

    /// <inheritdoc cref="IReferenceExporter.Export"/>
    public ExportedReference Add(IReferenceable local)
    {
        lock (_gate)
        {
            if (!_byObject.TryGetValue(local, out Export? export))
            {
                if (_byClid.Count >= limit)
                {
                    throw new ViolationException($"The peer holds {limit} references already, which is the limit.");
                }

                export = new Export(++_lastClid, local);
                _byObject.Add(local, export);
                _byClid.Add(export.Clid, export);
            }

            export.Sent++;
            _inMessage.Add(export);
            bool first = export.Sent == 1;
            return new ExportedReference(export.Clid, first, first ? getFurl(local) : null);
        }
    }

    public IReferenceable? Find(long clid)
    {
        lock (_gate)
        {
            return _byClid.TryGetValue(clid, out Export? export) ? export.Target : null;
        }
    }

    /// <summary>The peer gives references back (<c>decref</c>). Of an unknown clid that means nothing.</summary>
    /// <exception cref="ViolationException">It gives back more than it was sent.</exception>
    public void Release(long clid, long count)
    {
        lock (_gate)
        {
            if (!_byClid.TryGetValue(clid, out Export? export))
            {
                return;
            }

            if (count < 0 || count > export.Sent)
            {
                throw new ViolationException($"decref({count}) of CLID {clid}, which was sent {export.Sent} times");
            }

            export.Sent -= count;
            if (export.Sent == 0)
            {
                _byClid.Remove(clid);
                _byObject.Remove(export.Target);
            }
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _byClid.Clear();
            _byObject.Clear();
        }
    }

    private sealed class Export(long clid, IReferenceable target)
    {
        public long Clid { get; } = clid;

        public IReferenceable Target { get; } = target;

        public long Sent { get; set; }
    }
}
