using System.Diagnostics;
using Foolscap.Furls;
using Foolscap.Relay.Client.Observation;
using Foolscap.Tubs;

namespace Foolscap.Relay.Client.Attachment;

/// <summary>Keeps one Tub registered with one relay. Thread-safe.</summary>
internal sealed class RelayAttachment(
    Tub tub,
    Furl registrar,
    TargetBridge bridge,
    StreamAllowance allowance,
    DirectStreams direct,
    StreamNews news,
    RelayClientOptions options,
    RelayClientLog log,
    Action<RelayStatus> onStatus)
    : IAsyncDisposable
{
    private static readonly TimeSpan UnregisterTimeout = TimeSpan.FromSeconds(2);

    private Reconnector? _reconnector;
    private RelayStatus _status = new(registrar.TubId, RelayState.Connecting, []);
    private TubConnection? _connection;
    private string? _replacedBy;
    private long _registrations;
    private long _failures;
    private long _attempts;
    private long _sinceTicks = tub.TimeProvider.GetUtcNow().UtcTicks;

    public RelayStatus Status => Volatile.Read(ref _status);

    /// <summary>How it has fared with the relay.</summary>
    public RelayAttachmentStatistics Statistics => new(
        registrar.TubId,
        Status.State,
        new DateTimeOffset(Interlocked.Read(ref _sinceTicks), TimeSpan.Zero),
        Interlocked.Read(ref _registrations),
        Interlocked.Read(ref _failures),
        Math.Max(0, Interlocked.Read(ref _attempts) - 1));

    public void Start() => _reconnector = Reconnector.Start(tub, registrar, RunAsync, options.Reconnection, OnReconnector);

    /// <summary>The way to the relay may be another one now: asks for a sign of life, or tries again without a wait.</summary>
    public void OnNetworkChanged()
    {
        Volatile.Read(ref _connection)?.Probe();
        _reconnector?.RetryNow();
    }

    public async ValueTask DisposeAsync()
    {
        if (_reconnector is not null)
        {
            await _reconnector.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>One registration, from its beginning to the loss of its connection.</summary>
    private async Task RunAsync(RemoteReference relay, CancellationToken ended)
    {
        using StreamListener listener = new(bridge, allowance, direct, news, options, log, relay.Connection);
        Volatile.Write(ref _replacedBy, null);
        Volatile.Write(ref _connection, relay.Connection);
        try
        {
            await RegisterTracedAsync(relay, listener, ended).ConfigureAwait(false);
            await Task.Delay(Timeout.InfiniteTimeSpan, ended).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // Registered or not yet answered: a relay that is still there may have taken the registration.
        }
        catch (ViolationException)
        {
            // Here too: its answer was late, or no good. But nothing waits for what it says to this.
            _ = UnregisterAsync(relay, listener);
            throw;
        }

        await UnregisterAsync(relay, listener).ConfigureAwait(false);
    }

    private async Task RegisterTracedAsync(RemoteReference relay, StreamListener listener, CancellationToken ended)
    {
        Activity? trace = RelayClientTracing.StartRegister();
        try
        {
            await RegisterAsync(relay, listener, ended).ConfigureAwait(false);
            trace.End(ClientTags.RegistrationResult, ClientTags.Registered);
        }
        catch (Exception exception)
        {
            Interlocked.Increment(ref _failures);
            trace.EndFailed(ClientTags.RegistrationResult, ClientTags.Failed, exception.GetType().Name);
            throw;
        }
    }

    private async Task RegisterAsync(RemoteReference relay, StreamListener listener, CancellationToken ended)
    {
        object? answer;
        using CancellationTokenSource timeout = new(options.RegisterTimeout, relay.Connection.TimeProvider);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, ended);
        try
        {
            answer = await relay.CallAsync(
                RelayProtocol.Register,
                [tub.TubId.ToString(), listener, CreateOptions()],
                either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !ended.IsCancellationRequested)
        {
            throw new ViolationException($"the relay did not answer the registration within {options.RegisterTimeout.TotalSeconds:0.###} s");
        }

        RegistrationAnswer registration = RegistrationAnswer.Parse(answer);
        listener.Open(registration.Window);
        Interlocked.Increment(ref _registrations);
        log.Registered(tub.TubId, registrar.TubId, string.Join(',', registration.Hints));
        Report(new RelayStatus(registrar.TubId, RelayState.Registered, registration.Hints));
    }

    private Dictionary<object, object?> CreateOptions()
    {
        Dictionary<object, object?> given = new()
        {
            [RelayProtocol.WindowKey] = options.FirstWindow,
            [RelayProtocol.EventsKey] = new RelayEvents(OnDraining, OnReplaced),
        };
        if (options.DirectConnections)
        {
            given[RelayProtocol.DirectKey] = true;
        }

        return given;
    }

    private void OnDraining(TimeSpan limit)
    {
        RelayStatus status = Status;
        if (status.State == RelayState.Registered)
        {
            log.Draining(registrar.TubId, limit);
            Report(status with { State = RelayState.Draining, Reason = $"the relay stops within {limit.TotalSeconds:0} s" });
        }
    }

    private void OnReplaced(string peer)
    {
        log.Replaced(peer, registrar.TubId);
        Volatile.Write(ref _replacedBy, peer);
    }

    /// <summary>Takes the registration back, if the relay is still there.</summary>
    private static async Task UnregisterAsync(RemoteReference relay, StreamListener listener)
    {
        try
        {
            TubConnection connection = relay.Connection;
            if (!connection.Disconnected.IsCancellationRequested)
            {
                using CancellationTokenSource timeout = new(UnregisterTimeout, connection.TimeProvider);
                await relay.CallAsync(RelayProtocol.Unregister, [connection.LocalTubId.ToString(), listener], timeout.Token).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is FoolscapException or OperationCanceledException or ObjectDisposedException)
        {
            // The relay forgets the registration with the connection anyway.
        }
    }

    private void OnReconnector(ReconnectorStatus reconnector)
    {
        RelayStatus status = Status;
        switch (reconnector.State)
        {
            case ReconnectorState.Waiting:
                string reason = Describe(reconnector.Reason);
                if (Volatile.Read(ref _replacedBy) is string peer)
                {
                    reason = $"another process at {peer} has registered this Tub. {reason}";
                }

                log.Waiting(tub.TubId, registrar.TubId, reconnector.RetryIn, reason);
                Report(status with { State = RelayState.Waiting, Reason = reason, RetryIn = reconnector.RetryIn });
                break;
            case ReconnectorState.Connecting:
                Interlocked.Increment(ref _attempts);
                Report(status with { State = RelayState.Connecting, RetryIn = default });
                break;
            case ReconnectorState.Stopped:
                string? why = status.Reason ?? (reconnector.Reason is Exception end ? Describe(end) : null);
                Report(status with { State = RelayState.Stopped, Reason = why, RetryIn = default });
                break;
        }
    }

    /// <summary>The relay's answer for a name that it does not know tells nobody what to do about it.</summary>
    private static string Describe(Exception? reason) => reason switch
    {
        null => "the registration ended",
        ObjectDisposedException => "the Tub that registers has been stopped",
        RemoteException remote when remote.Is("builtins.KeyError") =>
            $"the relay has no registrar of the name in this FURL: get the FURL that it has now from whoever runs it ({remote.Message})",
        _ => reason.Message,
    };

    private void Report(RelayStatus status)
    {
        if (status.State != Status.State)
        {
            Interlocked.Exchange(ref _sinceTicks, tub.TimeProvider.GetUtcNow().UtcTicks);
        }

        Volatile.Write(ref _status, status);
        onStatus(status);
    }
}
