using System.Diagnostics;
using Foolscap.Furls;
using Foolscap.Tubs.Connections;

namespace Foolscap.Tubs.Negotiation;

/// <summary>
/// Connects one Tub to others (<c>foolscap.connection.TubConnector</c>): tries the hints one after the other with a short
/// delay, side by side, and keeps the first that leads to the right Tub. Thread-safe.
/// </summary>
internal sealed class TubDialer(Tub tub)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Task<TubConnection>> _attempts = new(StringComparer.Ordinal);

    /// <summary>Gets the connection to a Tub, or makes one; those who ask for the same share one attempt.</summary>
    /// <param name="tubId">The Tub.</param>
    /// <param name="hints">Where it may be reached.</param>
    /// <param name="stopping">Ends all attempts.</param>
    public Task<TubConnection> ConnectAsync(TubId tubId, IReadOnlyList<ConnectionHint> hints, CancellationToken stopping)
    {
        lock (_gate)
        {
            if (tub.Connections.Find(tubId) is TubConnection existing)
            {
                return Task.FromResult(existing);
            }

            string key = $"{tubId}@{string.Join(',', hints)}";
            if (!_attempts.TryGetValue(key, out Task<TubConnection>? attempt))
            {
                // Elsewhere, because this lock is held.
                attempt = Task.Run(() => AttemptAsync(key, tubId, hints, stopping), CancellationToken.None);
                attempt.Observe();
                _attempts.Add(key, attempt);
            }

            return attempt;
        }
    }

    private async Task<TubConnection> AttemptAsync(string key, TubId tubId, IReadOnlyList<ConnectionHint> hints, CancellationToken stopping)
    {
        try
        {
            using CancellationTokenSource timeout = new(tub.Options.ConnectTimeout, tub.TimeProvider);
            using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stopping);
            try
            {
                return await TryAllAsync(tubId, hints, ended).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
            {
                throw new NegotiationException($"Tub {tubId} was not reached within {tub.Options.ConnectTimeout.TotalSeconds:0.###} s.");
            }
        }
        finally
        {
            lock (_gate)
            {
                _attempts.Remove(key);
            }
        }
    }

    private async Task<TubConnection> TryAllAsync(TubId tubId, IReadOnlyList<ConnectionHint> hints, CancellationTokenSource ended)
    {
        Queue<ConnectionHint> usable = new(hints.Distinct().Where(tub.Options.Dialer.CanDial));
        if (usable.Count == 0)
        {
            throw new NegotiationException(
                hints.Count == 0 ? $"The FURL of Tub {tubId} has no connection hints." : $"No connection hint of Tub {tubId} can be used here.");
        }

        List<string> failures = [];
        List<Task<TubConnection>> running = [];
        while (true)
        {
            if (usable.TryDequeue(out ConnectionHint? hint))
            {
                Task<TubConnection> started = TryAsync(tubId, hint, failures, ended.Token);
                started.Observe();
                running.Add(started);
            }

            List<Task> awaited = [.. running];
            if (usable.Count > 0)
            {
                awaited.Add(Task.Delay(tub.Options.HintDelay, tub.TimeProvider, ended.Token));
            }

            Task first = await Task.WhenAny(awaited).ConfigureAwait(false);
            if (first is not Task<TubConnection> attempt)
            {
                await first.ConfigureAwait(false);
                continue;
            }

            running.Remove(attempt);
            if (attempt.IsCompletedSuccessfully)
            {
                await ended.CancelAsync().ConfigureAwait(false);
                return await attempt.ConfigureAwait(false);
            }

            if (tub.Connections.Find(tubId) is TubConnection existing)
            {
                // The peer has connected by itself meanwhile, and this attempt was refused as a duplicate.
                await ended.CancelAsync().ConfigureAwait(false);
                return existing;
            }

            if (running.Count == 0 && usable.Count == 0)
            {
                ended.Token.ThrowIfCancellationRequested();
                throw new NegotiationException($"Tub {tubId} was not reached. {string.Join(" ", failures)}");
            }
        }
    }

    private async Task<TubConnection> TryAsync(TubId tubId, ConnectionHint hint, List<string> failures, CancellationToken cancellationToken)
    {
        using Activity? trace = ConnectTrace.Start();
        try
        {
            TransportConnection transport = await tub.Options.Dialer.DialAsync(hint, cancellationToken).ConfigureAwait(false);
            ConnectTrace.Connected(trace);
            string host = hint.TryGetTcpEndpoint(out string? name, out _) ? name : "localhost";
            TubConnection connection = await Negotiator.ConnectAsync(tub, transport, tubId, host, cancellationToken).ConfigureAwait(false);
            tub.Log.Connected(connection);
            return connection;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            ConnectTrace.Fail(trace, exception);
            tub.Log.HintFailed(hint.ToString(), tubId, exception.Message);
            lock (failures)
            {
                failures.Add($"{hint}: {exception.Message}");
            }

            throw;
        }
    }
}
