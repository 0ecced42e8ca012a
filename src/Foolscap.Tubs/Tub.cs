using System.Security.Cryptography;
using System.Text;
using Foolscap.Furls;
using Foolscap.Tubs.Banana;
using Foolscap.Tubs.Handshakes;
using Foolscap.Tubs.Negotiation;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Foolscap.Tubs;

/// <summary>
/// One participant of Foolscap's network (<c>foolscap.pb.Tub</c>): it has an identity, offers objects under names, and
/// gets references to the objects of other Tubs. To be reached by others it needs a <see cref="TubListener"/>, or a relay.
/// </summary>
/// <remarks>Thread-safe.</remarks>
public sealed class Tub : IAsyncDisposable
{
    /// <summary>The length of a made-up name, as Foolscap's: 160 bits.</summary>
    private const int NameBytes = 20;

    private readonly Lock _gate = new();
    private readonly Dictionary<NameKey, IReferenceable> _byName = [];
    private readonly Dictionary<IReferenceable, string> _names = new(ReferenceEqualityComparer.Instance);
    private readonly CancellationTokenSource _stopping = new();
    private readonly TubDialer _dialer;
    private IReadOnlyList<ConnectionHint> _hints = [];

    /// <summary>Creates a Tub.</summary>
    /// <param name="certificate">Its identity.</param>
    /// <param name="options">How it behaves; the defaults if not given.</param>
    /// <param name="loggerFactory">Where it logs; nowhere if not given.</param>
    /// <param name="timeProvider">The clock; the system's if not given.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public Tub(TubCertificate certificate, TubOptions? options = null, ILoggerFactory? loggerFactory = null, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        Certificate = certificate;
        Options = options ?? new TubOptions();
        Options.Validate();
        TotalBytes = new TotalBytes(Options.Limits.MaxTotalBytes);
        Log = new TubLog((loggerFactory ?? NullLoggerFactory.Instance).CreateLogger("Foolscap.Tubs.Tub"));
        TimeProvider = timeProvider ?? TimeProvider.System;
        _dialer = new TubDialer(this);
    }

    /// <summary>Who this Tub is.</summary>
    public TubId TubId => Certificate.TubId;

    /// <summary>The certificate that proves it.</summary>
    public TubCertificate Certificate { get; }

    /// <summary>
    /// Where others can reach this Tub (<c>setLocation</c>): its own addresses, or those of a relay. It stands in the
    /// FURLs that are made from now on.
    /// </summary>
    public IReadOnlyList<ConnectionHint> Hints
    {
        get => Volatile.Read(ref _hints);
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            Volatile.Write(ref _hints, [.. value]);
        }
    }

    internal TubOptions Options { get; }

    /// <summary>Cancelled when it has been stopped.</summary>
    internal CancellationToken Stopping => _stopping.Token;

    /// <summary>What the peers of all connections make this Tub hold.</summary>
    internal TotalBytes TotalBytes { get; }

    /// <summary>The clock that it was created with.</summary>
    public TimeProvider TimeProvider { get; }

    internal TubLog Log { get; }

    internal ConnectionTable Connections { get; } = new();

    /// <summary>Offers an object under a name (<c>registerReference</c>). Whoever knows the name can call the object.</summary>
    /// <param name="target">The object.</param>
    /// <param name="name">The name; an unguessable one is made up if none is given. An object's second name replaces its first in FURLs.</param>
    /// <returns>The object's FURL, with the present <see cref="Hints"/>.</returns>
    /// <exception cref="ArgumentException">Another object has this name, or it cannot stand in a FURL.</exception>
    public Furl Register(IReferenceable target, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(target);
        name ??= MakeName();
        Furl furl = new(TubId, Hints, name);
        NameKey key = NameKey.Of(name);
        lock (_gate)
        {
            if (_byName.TryGetValue(key, out IReferenceable? other) && other != target)
            {
                throw new ArgumentException("Another object has this name.", nameof(name));
            }

            _byName[key] = target;
            _names[target] = name;
        }

        return furl;
    }

    /// <summary>Takes an object off (<c>unregisterReference</c>). References that others hold to it stay good.</summary>
    /// <param name="target">The object.</param>
    /// <returns>Whether it was registered.</returns>
    public bool Unregister(IReferenceable target)
    {
        ArgumentNullException.ThrowIfNull(target);
        lock (_gate)
        {
            foreach (NameKey name in _byName.Where(pair => pair.Value == target).Select(pair => pair.Key).ToList())
            {
                _byName.Remove(name);
            }

            return _names.Remove(target);
        }
    }

    /// <summary>Gets a reference to the object of a FURL; connects to its Tub if need be (<c>getReference</c>).</summary>
    /// <param name="furl">The FURL.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    /// <returns>The reference.</returns>
    /// <exception cref="NegotiationException">The Tub cannot be reached, or is another one.</exception>
    /// <exception cref="RemoteException">The Tub has no object of that name.</exception>
    /// <exception cref="ConnectionLostException">The connection ended meanwhile.</exception>
    /// <exception cref="ViolationException">The Tub answered with what is no reference.</exception>
    /// <exception cref="ArgumentException">The FURL is of this Tub itself.</exception>
    /// <exception cref="ObjectDisposedException">This Tub has been stopped.</exception>
    public async Task<RemoteReference> GetReferenceAsync(Furl furl, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(furl);
        TubConnection connection = await ConnectAsync(furl, cancellationToken).ConfigureAwait(false);
        object? answer = await connection.CallAsync(
            clid: 0,
            "getReferenceByName",
            [],
            new Dictionary<string, object?> { ["name"] = Encoding.UTF8.GetBytes(furl.Name) },
            cancellationToken).ConfigureAwait(false);
        return answer as RemoteReference ?? throw new ViolationException("The Tub answered with what is no reference of its own.");
    }

    /// <summary>Gets the connection to the Tub of a FURL; makes one if need be.</summary>
    /// <param name="furl">The FURL; its name does not matter.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    /// <returns>The connection.</returns>
    /// <exception cref="NegotiationException">The Tub cannot be reached, or is another one.</exception>
    /// <exception cref="ArgumentException">The FURL is of this Tub itself.</exception>
    /// <exception cref="ObjectDisposedException">This Tub has been stopped.</exception>
    public async Task<TubConnection> ConnectAsync(Furl furl, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(furl);
        ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, this);
        if (furl.TubId == TubId)
        {
            throw new ArgumentException("The FURL is of this Tub itself.", nameof(furl));
        }

        try
        {
            return await _dialer.ConnectAsync(furl.TubId, furl.Hints, _stopping.Token).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ObjectDisposedException(nameof(Tub), "The Tub has been stopped.");
        }
    }

    /// <summary>Stops the Tub: ends all of its connections in an orderly way, and makes no more.</summary>
    /// <returns>When all are closed, at most a few seconds later.</returns>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(Connections.Close().Select(connection => connection.CloseAsync("the Tub stops"))).ConfigureAwait(false);
    }

    internal IReferenceable? FindByName(string name)
    {
        NameKey key = NameKey.Of(name);
        lock (_gate)
        {
            return _byName.GetValueOrDefault(key);
        }
    }

    /// <summary>The FURL of an object, if it has a name and this Tub can be reached.</summary>
    internal string? FindFurlText(IReferenceable target)
    {
        IReadOnlyList<ConnectionHint> hints = Hints;
        lock (_gate)
        {
            return hints.Count > 0 && _names.TryGetValue(target, out string? name) ? new Furl(TubId, hints, name).ToString() : null;
        }
    }

    /// <summary>Takes a connection that a listener has accepted for this Tub.</summary>
    /// <param name="transport">The connection; it is closed if this fails.</param>
    /// <param name="place">Its place among those that do their handshakes, with the clock that this may take.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    internal async Task<TubConnection> AcceptAsync(TransportConnection transport, HandshakePlace place, CancellationToken cancellationToken)
    {
        CancellationToken expired = place.Clock.Expired;
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(expired, _stopping.Token, cancellationToken);
        try
        {
            TubConnection connection = await Negotiator.AcceptAsync(this, transport, place, ended.Token).ConfigureAwait(false);
            Log.Connected(connection);
            return connection;
        }
        catch (OperationCanceledException exception) when (expired.IsCancellationRequested)
        {
            throw new NegotiationException(place.Clock.Reason, exception);
        }
    }

    internal void Detach(TubConnection connection) => Connections.Detach(connection);

    private static string MakeName() => TubId.FromCertificateHash(RandomNumberGenerator.GetBytes(NameBytes)).ToString();
}
