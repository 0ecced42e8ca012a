using System.Net;
using BenchmarkDotNet.Attributes;
using Foolscap.Tubs;

namespace Foolscap.Relay.Benchmarks.Micro;

/// <summary>
/// From a relay's client to its Tub in the same process: by a socket on loopback, or straight to the Tub's listener. Only the
/// connection, without TLS.
/// </summary>
public class TargetBenchmarks : IConnectionInterceptor
{
    private const int Writes = 256;

    private readonly byte[] _buffer = new byte[RelayProtocol.MaxWriteSize];
    private readonly byte[] _one = new byte[1];
    private readonly TaskCompletionSource<TransportConnection> _taken = new();
    private TubListener _listener = null!;
    private TransportConnection _client = null!;
    private TransportConnection _tub = null!;

    [Params(false, true)]
    public bool InProcess { get; set; }

    [GlobalSetup]
    public void Setup() => SetupAsync().GetAwaiter().GetResult();

    [GlobalCleanup]
    public void Cleanup() => CleanupAsync().GetAwaiter().GetResult();

    /// <summary>The figures are for each 64 KiB.</summary>
    [Benchmark(Description = "64 KiB to the Tub", OperationsPerInvoke = Writes)]
    public async Task<long> MoveAsync()
    {
        Task sending = SendAsync();
        long count = 0;
        while (count < (long)Writes * RelayProtocol.MaxWriteSize)
        {
            await _tub.WaitForInputAsync();
            count += await _tub.ReceiveAsync(_buffer);
        }

        await sending;
        return count;
    }

    [Benchmark(Description = "a byte to the Tub and back")]
    public async Task<int> RoundTripAsync()
    {
        Task<int> echo = EchoAsync();
        _client.TrySend(_one);
        await _client.WaitForInputAsync();
        return await _client.ReceiveAsync(_one) + await echo;
    }

    /// <inheritdoc/>
    public bool TryTake(ConnectionRequest request) => _taken.TrySetResult(request.Connection);

    private async Task SendAsync()
    {
        for (int i = 0; i < Writes; i++)
        {
            int sent = _client.TrySend(Messages.Data);
            await _client.Output.WriteAsync(Messages.Data.AsMemory(sent));
        }
    }

    private async Task<int> EchoAsync()
    {
        await _tub.WaitForInputAsync();
        int count = await _tub.ReceiveAsync(_buffer);
        return _tub.TrySend(_buffer.AsSpan(0, count));
    }

    private async Task SetupAsync()
    {
        _listener = new TubListener().Add(this);
        _client = InProcess
            ? _listener.Connect()
            : await TransportConnection.ConnectTcpAsync(_listener.Listen(new IPEndPoint(IPAddress.Loopback, 0)));
        byte[] request = "GET /id/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa HTTP/1.1\r\n\r\n"u8.ToArray();
        await _client.Output.WriteAsync(request);
        _tub = await _taken.Task;
        _tub.Input.AdvanceTo((await _tub.Input.ReadAtLeastAsync(request.Length)).Buffer.End);
        Check.That(await RoundTripAsync() == 2, "a byte comes back");
        Check.That(await MoveAsync() == (long)Writes * RelayProtocol.MaxWriteSize, "all bytes arrive");
    }

    private async Task CleanupAsync()
    {
        await _client.DisposeAsync();
        await _tub.DisposeAsync();
        await _listener.DisposeAsync();
    }
}
