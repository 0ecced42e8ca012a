using System.Buffers;
using System.IO.Pipelines;
using BenchmarkDotNet.Attributes;

namespace Foolscap.Relay.Benchmarks.Micro;

/// <summary>
/// Streams through a whole relay and its client in memory, TLS and all: 8 MiB from callers to the Tub, shared by the streams.
/// So what more streams cost more is the work of windows and turns.
/// </summary>
public class StreamBenchmarks
{
    private const int TotalBytes = 8 * 1024 * 1024;
    private const int Writes = TotalBytes / RelayProtocol.MaxWriteSize;

    private readonly List<(IDuplexPipe Caller, IDuplexPipe Target)> _streams = [];
    private InMemoryRelay _relay = null!;

    [Params(1, 8, 64, 512)]
    public int Streams { get; set; }

    private int BytesEach => TotalBytes / Streams;

    /// <summary>Bytes must arrive on their own stream, and whole.</summary>
    [GlobalSetup]
    public void Setup() => SetupAsync().GetAwaiter().GetResult(); // In one process with BenchmarkDotNet, no task is waited for here.

    [GlobalCleanup]
    public void Cleanup() => _relay.DisposeAsync().AsTask().GetAwaiter().GetResult();

    /// <summary>The figures are for each 64 KiB.</summary>
    [Benchmark(Description = "64 KiB through relay and client", OperationsPerInvoke = Writes)]
    public async Task<long> MoveAsync()
    {
        Task sending = Task.WhenAll(_streams.Select(stream => SendAsync(stream.Caller.Output)));
        long[] counts = await Task.WhenAll(_streams.Select(stream => ReceiveAsync(stream.Target.Input)));
        await sending;
        return counts.Sum();
    }

    private static byte[] MakeMarked(int stream) => [.. Enumerable.Range(0, 1000).Select(i => (byte)(i * (stream + 1)))];

    private static async Task<byte[]> CarryAsync((IDuplexPipe Caller, IDuplexPipe Target) stream, byte[] bytes)
    {
        await stream.Caller.Output.WriteAsync(bytes);
        ReadResult result = await stream.Target.Input.ReadAtLeastAsync(bytes.Length);
        byte[] arrived = result.Buffer.ToArray();
        stream.Target.Input.AdvanceTo(result.Buffer.End);
        return arrived;
    }

    private async Task SendAsync(PipeWriter output)
    {
        for (int left = BytesEach; left > 0; left -= RelayProtocol.MaxWriteSize)
        {
            await output.WriteAsync(Messages.Data.AsMemory(0, Math.Min(left, RelayProtocol.MaxWriteSize)));
        }
    }

    private async Task<long> ReceiveAsync(PipeReader input)
    {
        long count = 0;
        while (count < BytesEach)
        {
            ReadResult result = await input.ReadAsync();
            count += result.Buffer.Length;
            input.AdvanceTo(result.Buffer.End);
        }

        return count;
    }

    private async Task SetupAsync()
    {
        _relay = await InMemoryRelay.StartAsync();
        while (_streams.Count < Streams)
        {
            _streams.Add(await _relay.OpenAsync());
        }

        byte[][] arrived = await Task.WhenAll(_streams.Select((stream, i) => CarryAsync(stream, MakeMarked(i))));
        Check.That(arrived.Select((bytes, i) => bytes.AsSpan().SequenceEqual(MakeMarked(i))).All(isRight => isRight), "each stream carries its own bytes");
        Check.That(await MoveAsync() == TotalBytes, "all bytes arrive");
    }
}
