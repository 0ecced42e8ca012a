using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Foolscap.Furls;
using Foolscap.Relay.Client;
using Foolscap.Relay.Hosting;
using Foolscap.Relay.Tool.Terminal;
using Foolscap.Tubs;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Foolscap.Relay.Tool.Attach;

/// <summary>The Tahoe-LAFS node that is attached, if it is one.</summary>
internal sealed record AttachedNode(TahoeNode? Node);

/// <summary>
/// Prints how it stands with the relays, for people and scripts: <c>attached: HINTS</c> on stdout at each registration, what
/// to put into <c>tahoe.cfg</c>, and what it waits for until then.
/// </summary>
internal sealed partial class AttachReport(IFoolscapRelayClient client, AttachedNode attached, ToolConsole console, ILoggerFactory loggerFactory) : BackgroundService
{
    private static readonly TimeSpan TargetPatience = TimeSpan.FromSeconds(3);

    /// <summary>Nobody but a script that does not read lets them wait; then the oldest news is worth the least.</summary>
    private const int MostWaiting = 256;

    private readonly Channel<RelayStatus> _news = Channel.CreateBounded<RelayStatus>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly Dictionary<TubId, RelayStatus> _told = [];
    private readonly ILogger _logger = loggerFactory.CreateLogger("Foolscap.Relay.Tool");
    private string _hints = "";

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        client.StatusChanged += OnStatus;
        return base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        client.StatusChanged -= OnStatus;
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            if (FileExposure.IsForAll(client.Options.TubPem))
            {
                LogExposed(_logger, client.Options.TubPem);
            }

            await LookAtTargetAsync(stoppingToken).ConfigureAwait(false);

            TellUntilNow();
            await foreach (RelayStatus relay in _news.Reader.ReadAllAsync(stoppingToken).ConfigureAwait(false))
            {
                Tell(relay);
                ShowWhatIsWaitedFor();
            }
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
        finally
        {
            console.Live?.Hide();
        }
    }

    private void OnStatus(RelayStatus status) => _news.Writer.TryWrite(status);

    /// <summary>The news so far, and then what was before them.</summary>
    private void TellUntilNow()
    {
        while (_news.Reader.TryRead(out RelayStatus? early))
        {
            Tell(early);
        }

        foreach (RelayStatus relay in client.Statuses)
        {
            Tell(relay);
        }

        ShowWhatIsWaitedFor();
    }

    /// <summary>At the bottom of a terminal, as long as no relay has the Tub.</summary>
    private void ShowWhatIsWaitedFor()
    {
        IReadOnlyList<RelayStatus> statuses = client.Statuses;
        if (statuses.Any(relay => relay.State == RelayState.Registered))
        {
            console.Live?.Hide();
        }
        else
        {
            console.Live?.Show(Describe(statuses));
        }
    }

    private void Tell(RelayStatus relay)
    {
        // One registration is one object, which may come twice: as news, and as how it stands.
        if (relay.State != RelayState.Registered || (_told.TryGetValue(relay.Relay, out RelayStatus? last) && ReferenceEquals(last, relay)))
        {
            return;
        }

        _told[relay.Relay] = relay;

        console.Out.WriteLine($"attached: {string.Join(',', relay.Hints)}");
        string hints = string.Join(',', client.Client.Hints);
        if (attached.Node is not null && hints != _hints)
        {
            _hints = hints;
            foreach (string line in TahoeAdvice.Describe(attached.Node, client.Client.Hints))
            {
                console.Out.WriteLine(line);
            }
        }

        console.Out.Flush();
        if (console.ErrorIsTerminal)
        {
            // One line, however narrow the terminal is: it is there to be copied.
            console.Error.WriteLine($"To see whether callers get through: foolscap-relay probe {client.Tub.TubId} {string.Join(' ', relay.Hints.Select(hint => $"--hint {hint}"))}");
        }
    }

    private static string Describe(IReadOnlyList<RelayStatus> statuses) => string.Join("; ", statuses.Select(relay => relay.State == RelayState.Waiting
        ? $"relay {relay.Relay.ToShortString()}: tried again in {HumanDuration.Format(relay.RetryIn)}. {relay.Reason}"
        : $"connecting to relay {relay.Relay.ToShortString()}"));

    /// <summary>Nothing that listens at the target is the commonest mistake, and callers are the first to notice it.</summary>
    private async Task LookAtTargetAsync(CancellationToken cancellationToken)
    {
        EndPoint target = client.Target!; // The command's Tub is another process's.
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TargetPatience);
        try
        {
            TransportConnection connection = await TransportConnection.ConnectTcpAsync(target, limit.Token).ConfigureAwait(false);
            await connection.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            LogNothingListens(_logger, target);
        }
    }

    [LoggerMessage(7002, LogLevel.Warning, "Nothing listens at {Target}, where the Tub should be. Callers are refused until it does: start the Tub, or correct --target.")]
    private static partial void LogNothingListens(ILogger logger, EndPoint target);

    [LoggerMessage(7003, LogLevel.Warning, "{File} holds the Tub's private key, and every user of this machine may read it: 'chmod 600' ends that.")]
    private static partial void LogExposed(ILogger logger, string file);
}
