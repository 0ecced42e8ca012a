using System.Security.Authentication;
using Foolscap.Relay.Fuzz.Hostile;

namespace Foolscap.Relay.Fuzz.Targets;

/// <summary>
/// The connection of a hostile peer, made anew when the other end has ended it, and now and then, so that what one may
/// hold on a connection is not used up by the inputs before.
/// </summary>
internal sealed class PeerSlot(Func<Task<HostilePeer>> open) : IAsyncDisposable
{
    private const int InputsPerPeer = 50;

    private HostilePeer? _peer;
    private int _inputs;

    public async Task<HostilePeer> GetAsync()
    {
        if (_peer is not null && (_peer.IsEnded || _inputs >= InputsPerPeer))
        {
            await DisposeAsync();
        }

        _inputs++;
        while (_peer is null)
        {
            _inputs = 0;
            try
            {
                _peer = await open();
            }
            catch (Exception exception) when (exception is IOException or AuthenticationException)
            {
                // An attempt that the other end has given up meanwhile.
            }
        }

        return _peer;
    }

    public async ValueTask DisposeAsync()
    {
        if (_peer is not null)
        {
            await _peer.DisposeAsync();
            _peer = null;
        }
    }
}
