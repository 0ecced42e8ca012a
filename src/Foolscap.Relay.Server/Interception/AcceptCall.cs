using Foolscap.Relay.Server.Admission;
using Foolscap.Relay.Server.Registration;
using Foolscap.Tubs;

namespace Foolscap.Relay.Server.Interception;

/// <summary>Asks a Tub to accept one connection. Thread-safe.</summary>
internal sealed class AcceptCall(RelayServerOptions options, CurrentLimits limits, DirectOffers offers, TimeProvider timeProvider)
{
    /// <summary>Offers a connection to the Tub.</summary>
    /// <param name="registration">Whom to ask.</param>
    /// <param name="responder">What the Tub writes to.</param>
    /// <param name="peer">The caller's address.</param>
    /// <param name="gone">Cancelled when the caller is gone.</param>
    /// <returns>How the Tub takes it; none if its connection was lost, so that it may be asked again when it is back.</returns>
    /// <exception cref="RefusedConnectionException">The Tub does not take the connection, or the caller is gone.</exception>
    public async Task<AcceptAnswer?> RunAsync(
        TubRegistration registration, RelayedStream responder, string peer, CancellationToken gone)
    {
        await EnterAsync(registration, gone).ConfigureAwait(false);
        DirectOffer? offer = options.DirectConnections && registration.TakesDirect ? offers.Create() : null;
        Task<object?> asked = AskAsync(registration, responder, peer, offer?.Token);
        _ = LeaveAfterAsync(registration, asked);
        RefusedConnectionException? refusal = null;
        try
        {
            await SettleAsync(asked, offer).WaitAsync(options.AcceptTimeout, timeProvider, gone).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            refusal = new RefusedConnectionException(
                RelayRefusal.AcceptTimeout, $"Tub {registration.TubId} did not answer within {options.AcceptTimeout.TotalSeconds:0.###} s");
        }
        catch (OperationCanceledException)
        {
            refusal = new RefusedConnectionException(RelayRefusal.CallerGone, "the caller is gone");
        }

        if (offer is not null && !offers.TryWithdraw(offer))
        {
            _ = AbortLateAsync(asked, "it came by a direct connection");
            return await TakeDirectAsync(offer, refusal).ConfigureAwait(false);
        }

        if (refusal is not null)
        {
            _ = AbortLateAsync(asked, "the connection is gone already");
            throw refusal;
        }

        return await GetHandlerAsync(asked, registration).ConfigureAwait(false);
    }

    /// <summary>Waits for the Tub's handler, or for its direct connection, which may come before its answer. It never fails.</summary>
    private static async Task SettleAsync(Task<object?> asked, DirectOffer? offer)
    {
        if (offer is null)
        {
            await ((Task)asked).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        else if (await Task.WhenAny(asked, offer.Connection).ConfigureAwait(false) == asked && asked is { IsCompletedSuccessfully: true, Result: null })
        {
            await offer.Connection.ConfigureAwait(false);
        }
    }

    /// <summary>Takes the connection of an offer that was used, whatever the Tub has answered besides.</summary>
    private static async Task<AcceptAnswer> TakeDirectAsync(DirectOffer offer, RefusedConnectionException? refusal)
    {
        TransportConnection direct = await offer.Connection.ConfigureAwait(false);
        if (refusal is { Reason: RelayRefusal.CallerGone })
        {
            direct.Abort();
            await direct.DisposeAsync().ConfigureAwait(false);
            throw refusal;
        }

        return new AcceptAnswer(null, direct);
    }

    private static async Task<AcceptAnswer?> GetHandlerAsync(Task<object?> asked, TubRegistration registration)
    {
        try
        {
            object? answer = await asked.ConfigureAwait(false);
            return answer is RemoteReference handler ? new AcceptAnswer(handler, null) : throw new RefusedConnectionException(
                RelayRefusal.TubAnswerInvalid, $"Tub {registration.TubId} answered with no handler of its own");
        }
        catch (Exception exception) when (exception is ConnectionLostException or ObjectDisposedException)
        {
            return null;
        }
        catch (RemoteException remote)
        {
            throw new RefusedConnectionException(RelayRefusal.TubRefused, $"Tub {registration.TubId} refused: {remote.RemoteMessage}");
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
                    RelayRefusal.PendingAcceptLimit, $"Tub {registration.TubId} has not answered {limits.Value.MaxPendingAcceptsPerTub} others yet");
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

    private static async Task<object?> AskAsync(TubRegistration registration, RelayedStream responder, string peer, string? token)
    {
        Dictionary<object, object?> info = new() { [RelayProtocol.PeerKey] = peer };
        if (token is not null)
        {
            info[RelayProtocol.DirectKey] = token;
        }

        return await registration.Listener.CallAsync(RelayProtocol.Accept, [responder, info]).ConfigureAwait(false);
    }

    /// <summary>A handler that is not needed any more is told so.</summary>
    private static async Task AbortLateAsync(Task<object?> asked, string reason)
    {
        try
        {
            if (await asked.ConfigureAwait(false) is RemoteReference handler)
            {
                Abort(handler, reason);
            }
        }
        catch (Exception exception) when (exception is FoolscapException or ObjectDisposedException)
        {
            // Refused after all, or gone.
        }
    }
}
