using Foolscap.Relay.Server.Registration;
using Foolscap.Tubs;

namespace Foolscap.Relay.Server.Interception;

/// <summary>Asks a Tub to accept one connection. Thread-safe.</summary>
internal sealed class AcceptCall(RelayServerOptions options, TimeProvider timeProvider)
{
    /// <summary>Offers a connection to the Tub.</summary>
    /// <param name="registration">Whom to ask.</param>
    /// <param name="responder">What the Tub writes to.</param>
    /// <param name="peer">The caller's address.</param>
    /// <param name="gone">Cancelled when the caller is gone.</param>
    /// <returns>The Tub's handler; none if its connection was lost, so that it may be asked again when it is back.</returns>
    /// <exception cref="RefusedConnectionException">The Tub does not take the connection, or the caller is gone.</exception>
    public async Task<RemoteReference?> RunAsync(
        TubRegistration registration, RelayedStream responder, string peer, CancellationToken gone)
    {
        if (!registration.TryBeginAccept(options.Limits.MaxPendingAcceptsPerTub))
        {
            throw new RefusedConnectionException(
                RelayRefusal.PendingAcceptLimit, $"Tub {registration.TubId} has not answered {options.Limits.MaxPendingAcceptsPerTub} others yet");
        }

        bool? isAnswered = null;
        Task<object?> asked = AskAsync(registration, responder, peer);
        try
        {
            object? answer = await asked.WaitAsync(options.AcceptTimeout, timeProvider, gone).ConfigureAwait(false);
            isAnswered = true;
            return answer as RemoteReference ?? throw new RefusedConnectionException(
                RelayRefusal.TubAnswerInvalid, $"Tub {registration.TubId} answered with no handler of its own");
        }
        catch (TimeoutException)
        {
            isAnswered = false;
            _ = AbortLateAsync(asked);
            throw new RefusedConnectionException(
                RelayRefusal.AcceptTimeout, $"Tub {registration.TubId} did not answer within {options.AcceptTimeout.TotalSeconds:0.###} s");
        }
        catch (OperationCanceledException)
        {
            _ = AbortLateAsync(asked);
            throw new RefusedConnectionException(RelayRefusal.CallerGone, "the caller is gone");
        }
        catch (Exception exception) when (exception is ConnectionLostException or ObjectDisposedException)
        {
            return null;
        }
        catch (RemoteException refusal)
        {
            isAnswered = true;
            throw new RefusedConnectionException(RelayRefusal.TubRefused, $"Tub {registration.TubId} refused: {refusal.RemoteMessage}");
        }
        catch (FoolscapException violation)
        {
            isAnswered = true;
            throw new RefusedConnectionException(
                RelayRefusal.TubAnswerInvalid, $"Tub {registration.TubId} answered with what cannot be taken: {violation.Message}");
        }
        finally
        {
            registration.EndAccept(isAnswered);
        }
    }

    /// <summary>Tells a handler that its stream will not be, and gives it back.</summary>
    public static void Abort(RemoteReference handler, string reason)
    {
        try
        {
            handler.CallOnly(RelayProtocol.Abort, [reason]);
        }
        catch (Exception exception) when (exception is ConnectionLostException or ObjectDisposedException)
        {
            // Then the Tub knows already.
        }

        handler.Dispose();
    }

    private static async Task<object?> AskAsync(TubRegistration registration, RelayedStream responder, string peer) =>
        await registration.Listener.CallAsync(
            RelayProtocol.Accept,
            [responder, new Dictionary<object, object?> { [RelayProtocol.PeerKey] = peer }]).ConfigureAwait(false);

    /// <summary>A handler that comes too late is told that nobody is there any more.</summary>
    private static async Task AbortLateAsync(Task<object?> asked)
    {
        try
        {
            if (await asked.ConfigureAwait(false) is RemoteReference handler)
            {
                Abort(handler, "the connection is gone already");
            }
        }
        catch (Exception exception) when (exception is FoolscapException or ObjectDisposedException)
        {
            // Refused after all, or gone.
        }
    }
}
