using System.Diagnostics;
using System.Net.Sockets;
using Foolscap.Relay.Benchmarks.Network;

namespace Foolscap.Relay.Benchmarks.Measuring;

/// <summary>Streams that move data through a path until they are stopped.</summary>
internal sealed class Load
{
    /// <summary>How long the last bytes may take, far more than they do on a busy machine.</summary>
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(60);

    private readonly List<Transfer> _transfers = [];
    private readonly List<Socket> _sockets = [];
    private readonly List<Task> _callers = [];

    private Load()
    {
    }

    /// <summary>How many bytes have arrived at the ends of all streams.</summary>
    public long Received => _transfers.Sum(transfer => transfer.Received);

    /// <summary>The same for each stream, in the order in which they were asked for.</summary>
    public IReadOnlyList<long> ReceivedEach => [.. _transfers.Select(transfer => transfer.Received)];

    /// <summary>Opens streams, one for each kind that is given.</summary>
    public static async Task<Load> StartAsync(Backend backend, MeasuredPath path, IEnumerable<StreamKind> kinds, long? bytesPerSecond = null)
    {
        Load load = new();
        foreach (StreamKind kind in kinds)
        {
            Transfer transfer = backend.Prepare(kind, bytesPerSecond);
            Socket socket = await path.OpenAsync(kind, transfer.Id);
            load._transfers.Add(transfer);
            load._sockets.Add(socket);
        }

        // Not before all are open: the first ones would keep this process from opening the last.
        load._callers.AddRange(load._sockets.Zip(load._transfers, (socket, transfer) => Task.Run(() => CallAsync(socket, transfer))));

        return load;
    }

    /// <summary>Measures for a while how fast all streams are together, where the bytes arrive.</summary>
    /// <param name="path">What they go through.</param>
    /// <param name="duration">How long.</param>
    public async Task<Throughput> MeasureAsync(MeasuredPath path, TimeSpan duration)
    {
        Stopwatch elapsed = Stopwatch.StartNew();
        long before = Received;
        TimeSpan cpuBefore = path.Cpu;
        await Task.Delay(duration);
        double bytes = Received - before;
        double seconds = elapsed.Elapsed.TotalSeconds;
        TimeSpan cpu = path.Cpu - cpuBefore;
        return new Throughput(bytes / seconds, cpu.TotalSeconds / (bytes / 1e9));
    }

    /// <summary>Fails at once if a stream has failed or ended.</summary>
    public async Task ThrowIfOverAsync()
    {
        if (_callers.Find(caller => caller.IsCompleted) is Task over)
        {
            await over;
            throw new InvalidDataException("A stream has ended before it was told to.");
        }
    }

    /// <summary>Lets all streams come to their end, and checks that everything has arrived.</summary>
    /// <exception cref="InvalidDataException">Something has not.</exception>
    public async Task StopAsync()
    {
        _transfers.ForEach(transfer => transfer.Stop());
        await Task.WhenAll(_callers).WaitAsync(EndLimit);
        _transfers.ForEach(transfer => transfer.CheckIsComplete());
    }

    /// <summary>
    /// Cuts all streams off. What has arrived has been compared; but what a thousand of them have under way, megabytes each in
    /// the kernel's buffers, would take minutes to arrive.
    /// </summary>
    public async Task AbortAsync()
    {
        _sockets.ForEach(socket => socket.Dispose());
        await Task.WhenAll(_callers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task CallAsync(Socket opened, Transfer transfer)
    {
        using Socket socket = opened;
        if (transfer.Kind == StreamKind.Down)
        {
            await transfer.ReceiveAsync(socket);
            socket.Shutdown(SocketShutdown.Send);
        }
        else
        {
            await transfer.SendAsync(socket);
            await socket.ReceiveExactlyAsync(new byte[1]);
        }

        await transfer.BackendEnded.WaitAsync(EndLimit);
    }
}
