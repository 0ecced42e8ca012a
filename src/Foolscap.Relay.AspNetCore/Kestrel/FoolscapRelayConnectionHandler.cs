using Foolscap.Relay.Hosting;
using Microsoft.AspNetCore.Connections;

namespace Foolscap.Relay.AspNetCore.Kestrel;

/// <summary>
/// Hands the connections of one of Kestrel's ports to a relay: those for the Tubs behind it, and those for its own Tub.
/// </summary>
/// <remarks>
/// What Kestrel does not do, compared with a listener of the relay's own:
/// <list type="bullet">
/// <item>It knows no half-close towards the caller: when the Tub has ended its direction, the caller's connection is closed
/// after all that was sent. The caller's own half-close reaches the Tub as it is.</item>
/// <item>It keeps up to 1 MiB of what a caller sends (<c>SocketTransportOptions.MaxReadBufferSize</c>) and 64 KiB of what goes to
/// him (<c>MaxWriteBufferSize</c>) beside the relay's own budget.</item>
/// <item>What is sent is taken for delivered when Kestrel has it, so a reset can overtake the last bytes. A reader who does
/// not read has 60 s for them when a connection ends in order.</item>
/// <item>A caller whose machine has gone while bytes are on their way to it is given up by the kernel alone, after a quarter of an hour
/// on Linux; in silence TCP keepalive tells after 60 s, as elsewhere.</item>
/// <item>A relay process that dies lets its connections end in order, where its own listener has them reset.</item>
/// </list>
/// Thread-safe.
/// </remarks>
/// <param name="relay">The relay, which the same host runs.</param>
public sealed class FoolscapRelayConnectionHandler(IFoolscapRelay relay) : ConnectionHandler
{
    /// <inheritdoc/>
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        await relay.WaitUntilStartedAsync(connection.ConnectionClosed).ConfigureAwait(false);
        KestrelConnection transport = new(connection);
        if (relay.IsRunning)
        {
            await relay.Server.HandleAsync(transport).ConfigureAwait(false);
        }
        else
        {
            transport.Abort();
            await transport.DisposeAsync().ConfigureAwait(false);
        }

        // Kestrel closes what this method returns from: the relay goes on with it until it lets go.
        await transport.LetGo.ConfigureAwait(false);
        await transport.CloseAsync(TimeProvider.System).ConfigureAwait(false);
    }
}
