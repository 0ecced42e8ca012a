using System.Net.Sockets;
using Foolscap.Tubs;

namespace Foolscap.Relay.Client.Attachment;

/// <summary>Opens connections to the Tub that is to be reached. Thread-safe.</summary>
internal sealed class TargetBridge(Func<string, CancellationToken, Task<TransportConnection>> connect, RelayClientOptions options)
{
    /// <param name="peer">The caller's address, as the relay tells it.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="cancellationToken">Cancelled when the client stops.</param>
    /// <exception cref="ViolationException">The Tub cannot be reached; the message is for the caller at the far end.</exception>
    public async Task<TransportConnection> ConnectAsync(string peer, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timeout = new(options.TargetTimeout, timeProvider);
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await connect(peer, ended.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw; // The client stops, and says so.
        }
        catch (OperationCanceledException)
        {
            throw new ViolationException($"the Tub behind the relay's client did not answer within {options.TargetTimeout.TotalSeconds:0.###} s");
        }
        catch (Exception exception)
        {
            // Of what a host's own way of connecting may throw, strangers need not know more than of a socket's.
            string reason = exception is SocketException or IOException ? exception.Message : exception.GetType().Name;
            throw new ViolationException($"the Tub behind the relay's client cannot be reached: {reason}");
        }
    }
}
