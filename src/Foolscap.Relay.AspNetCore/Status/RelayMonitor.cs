using System.Diagnostics;
using System.Reflection;
using Foolscap.Relay.Client;
using Foolscap.Relay.Hosting;
using Microsoft.Extensions.Options;

namespace Foolscap.Relay.AspNetCore.Status;

/// <summary>
/// Looks at relay and client once a second: at their counters always, for the chart of the last hour; at the relay's Tubs and streams
/// only while somebody watches. Thread-safe.
/// </summary>
/// <remarks>
/// Whoever watches waits for the next look, sends what it has found, and waits again: a slow browser misses some, and nothing queues
/// up for it.
/// </remarks>
internal sealed class RelayMonitor : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly DateTimeOffset ProcessStarted = new(Process.GetCurrentProcess().StartTime.ToUniversalTime());
    private static readonly string Version = ReadVersion();

    private readonly RelaySource _source;
    private readonly EventFeed _events;
    private readonly TimeProvider _timeProvider;
    private readonly int _mostViewers;
    private readonly RateHistory _relayHistory = new();
    private readonly RateHistory _clientHistory = new();
    private readonly ReportCache _reports;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _ending = new();
    private TaskCompletionSource _nextLook = NewLook();
    private RelaySnapshot? _snapshot;
    private int _viewers;

    public RelayMonitor(RelaySource source, EventFeed events, IOptions<RelayAdminOptions> options, TimeProvider timeProvider)
    {
        (_source, _events, _timeProvider, _mostViewers) = (source, events, timeProvider, options.Value.MaxViewers);
        _reports = new ReportCache(GetReport);
    }

    /// <summary>Cancelled when nobody shall watch any more.</summary>
    public CancellationToken Ending => _ending.Token;

    /// <summary>The rates of the past: of the relay, or of the client where there is no relay.</summary>
    public HistoryReport History => (_source.HasRelay ? _relayHistory : _clientHistory).ToReport();

    /// <summary>Looks once a second until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using PeriodicTimer timer = new(Interval, _timeProvider);
        try
        {
            do
            {
                Look();
            }
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    /// <summary>Begins to watch, if not too many do already.</summary>
    /// <returns>Stops watching when it is disposed; null if too many watch.</returns>
    public IDisposable? TryWatch()
    {
        lock (_gate)
        {
            if (_viewers >= _mostViewers)
            {
                return null;
            }

            _viewers++;
            return new Viewer(this);
        }
    }

    /// <summary>Waits for the next look.</summary>
    public Task WaitForNextLookAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _nextLook.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Ends all watching.</summary>
    public void End() => _ending.Cancel();

    public void Dispose() => _ending.Dispose();

    /// <summary>Makes a report of what was seen within the last second.</summary>
    public StatusReport GetReport(ReportQuery query)
    {
        DateTimeOffset now = _timeProvider.GetUtcNow();
        RelayReport? relay = _source.Relay is IFoolscapRelay running
            ? RelayReportBuilder.Build(GetSnapshot(running, now), _relayHistory.Now, query, _events.GetNewest(query.EventLimit))
            : null;
        ClientReport? client = _source.Client is IFoolscapRelayClient attached
            ? ClientReportBuilder.Build(attached, _clientHistory.Now, _events.GetNewestOfClient(query.EventLimit))
            : null;
        return new StatusReport(StatusReport.CurrentSchema, now, Version, ProcessStarted, relay, client);
    }

    /// <summary>Gets a report that was made since the last look, so that many pages cost little more than one.</summary>
    public RenderedReport GetSharedReport(ReportQuery query) => _reports.Get(query);

    private static TaskCompletionSource NewLook() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static string ReadVersion()
    {
        // Without the commit, which follows a plus sign.
        string version = typeof(RelayMonitor).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
        return version.Split('+')[0];
    }

    private void Look()
    {
        DateTimeOffset now = _timeProvider.GetUtcNow();
        if (_source.Relay is IFoolscapRelay relay)
        {
            Server.RelayStatistics statistics = relay.Server.Statistics;
            _relayHistory.Add(now, statistics.BytesToTubs, statistics.BytesFromTubs);
            if (Volatile.Read(ref _viewers) > 0)
            {
                lock (_gate)
                {
                    _snapshot = new RelaySnapshot(relay, _snapshot, now);
                }
            }
        }

        if (_source.Client is IFoolscapRelayClient client)
        {
            RelayClientStatistics statistics = client.Client.Statistics;
            _clientHistory.Add(now, statistics.BytesToTub, statistics.BytesFromTub);
        }

        _reports.Clear();
        TaskCompletionSource look;
        lock (_gate)
        {
            (look, _nextLook) = (_nextLook, NewLook());
        }

        look.SetResult();
    }

    private RelaySnapshot GetSnapshot(IFoolscapRelay relay, DateTimeOffset now)
    {
        lock (_gate)
        {
            // While somebody watches, the next look is never far; a snapshot for each request would spoil its rates.
            TimeSpan oldest = _viewers > 0 ? 2 * Interval : Interval;
            return _snapshot is not null && now - _snapshot.Time < oldest ? _snapshot : _snapshot = new RelaySnapshot(relay, _snapshot, now);
        }
    }

    private sealed class Viewer(RelayMonitor monitor) : IDisposable
    {
        private int _isDisposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
            {
                lock (monitor._gate)
                {
                    monitor._viewers--;
                }
            }
        }
    }
}
