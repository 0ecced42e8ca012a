using System.Net;
using Foolscap.Furls;
using Foolscap.Relay.Client;
using Foolscap.Tubs;

namespace Foolscap.Relay.AspNetCore.Tests.Support;

/// <summary>A Tub behind the relay, with an object that takes bytes, and somebody who calls it.</summary>
internal sealed class AttachedTub : IAsyncDisposable
{
    private readonly TubListener _listener;
    private readonly Tub _tub;
    private readonly Tub _caller = new(TubCertificate.Create());

    private AttachedTub(TubCertificate certificate)
    {
        _tub = new Tub(certificate);
        _listener = new TubListener(_tub);
    }

    public string TubId => _tub.TubId.ToString();

    public Furl Furl { get; private set; } = null!;

    private RelayClient Client { get; set; } = null!;

    public static async Task<AttachedTub> StartAsync(Furl registrar, TubCertificate certificate)
    {
        AttachedTub attached = new(certificate);
        IPEndPoint local = attached._listener.Listen(new IPEndPoint(IPAddress.Loopback, 0));
        attached.Client = RelayClient.Start(attached._tub, [registrar], local);
        await attached.Client.WaitUntilRegisteredAsync().WaitAsync(AdminHost.Deadline);
        attached._tub.Hints = attached.Client.Hints;
        attached.Furl = attached._tub.Register(new Referenceable().On("put", call => call.Get<byte[]>(0).Length));
        return attached;
    }

    /// <summary>Calls the Tub through the relay.</summary>
    public Task<RemoteReference> CallAsync() => _caller.GetReferenceAsync(Furl).WaitAsync(AdminHost.Deadline);

    /// <summary>Whoever calls it goes away.</summary>
    public ValueTask StopCallerAsync() => _caller.DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        await _caller.DisposeAsync();
        await Client.DisposeAsync();
        await _listener.DisposeAsync();
        await _tub.DisposeAsync();
    }
}
