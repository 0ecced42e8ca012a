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
        await EnterAsync(registration, gone).ConfigureAwait(false);
        Task<object?> asked = AskAsync(registration, responder, peer);
        _ = LeaveAfterAsync(registration, asked);
        try
        {
            object? answer = await asked.WaitAsync(options.AcceptTimeout, timeProvider, gone).ConfigureAwait(false);
            return answer as RemoteReference ?? throw new RefusedConnectionException(
                RelayRefusal.TubAnswerInvalid, $"Tub {registration.TubId} answered with no handler of its own");
        }
        catch (TimeoutException)
        {
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
            throw new RefusedConnectionException(RelayRefusal.TubRefused, $"Tub {registration.TubId} refused: {refusal.RemoteMessage}");
        }
        catch (FoolscapException violation)
        {
            throw new RefusedConnectionException(
                RelayRefusal.TubAnswerInvalid, $"Tub {registration.TubId} answered with what cannot be taken: {violation.Message}");
        }
    }

    /// <summary>Waits until the Tub has few enough other connections to answer: when it comes back, many may have been held.</summary>
    private async Task EnterAsync(TubRegistration registration, CancellationToken gone)
    {
        using CancellationTokenSource timeout = new(options.AcceptTimeout, timeProvider);
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, gone);
        try
        {
            await registration.EnterAcceptAsync(ended.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            throw gone.IsCancellationRequested
                ? new RefusedConnectionException(RelayRefusal.CallerGone, "the caller is gone")
                : new RefusedConnectionException(
                    RelayRefusal.PendingAcceptLimit, $"Tub {registration.TubId} has not answered {options.Limits.MaxPendingAcceptsPerTub} others yet");
        }
    }

    /// <summary>
    /// Gives the place back when the Tub has answered, and not when the caller is gone: what the Tub leaves unanswered has to
    /// be remembered until then.
    /// </summary>
    private async Task LeaveAfterAsync(TubRegistration registration, Task<object?> asked)
    {
        try
        {
            await ((Task)asked).WaitAsync(options.AcceptTimeout, timeProvider).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            registration.OnAsked(isAnswered: asked.IsCompleted);
            await ((Task)asked).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            registration.LeaveAccept();
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
