using System.Net;
using Foolscap.Furls;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Soak.Churn;

/// <summary>A Tub C that listens on loopback, with one object.</summary>
internal sealed class TubTarget : IAsyncDisposable
{
    /// <summary>Answers with the bytes that it gets.</summary>
    public const string Echo = "echo";

    /// <summary>Answers with a pattern: of so many bytes, with that seed.</summary>
    public const string Make = "make";

    /// <summary>Calls <see cref="Ring"/> of an object with a number, and answers with its answer.</summary>
    public const string Visit = "visit";

    /// <summary>A method of the object that is called back.</summary>
    public const string Ring = "ring";

    private readonly Tub _tub;
    private readonly TubListener _listener;

    /// <summary>Starts a Tub.</summary>
    /// <param name="certificate">Its certificate.</param>
    public TubTarget(TubCertificate certificate)
    {
        _tub = new Tub(certificate);
        _listener = new TubListener(_tub);
        EndPoint = _listener.Listen(new IPEndPoint(IPAddress.Loopback, 0));
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>The FURL of its object.</summary>
    /// <param name="hints">Where the relay is.</param>
    public Furl Offer(IReadOnlyList<ConnectionHint> hints)
    {
        _tub.Hints = hints;
        return _tub.Register(new Referenceable()
            .On(Echo, call => call.Get<byte[]>(0))
            .On(Make, call => BytePattern.Make(call.Get<int>(0), call.Get<int>(1)))
            .OnAsync(Visit, VisitAsync));
    }

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        await _tub.DisposeAsync();
    }

    private static async Task<object?> VisitAsync(RemoteCall call)
    {
        using RemoteReference bell = call.Get<RemoteReference>(0);
        return await bell.CallAsync(Ring, [call.Get<long>(1)]);
    }
}
