using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using Foolscap.Furls;
using Foolscap.Tubs;

namespace Foolscap.Relay.Interop.Tests.Peers;

/// <summary>The Tub C with the same object as target_c.py.</summary>
internal sealed class CSharpTarget : ITargetPeer
{
    private readonly Tub _tub;
    private readonly TubListener _listener;
    private readonly ConcurrentDictionary<TubConnection, TaskCompletionSource> _lastOfMany = new();
    private readonly SemaphoreSlim _noticed = new(0);
    private readonly ConcurrentQueue<EndPoint?> _callers = new();
    private int _lost;

    /// <summary>Starts it.</summary>
    /// <param name="pemFile">Where its certificate is, or will be.</param>
    /// <param name="listens">Whether it listens on a port of loopback.</param>
    public CSharpTarget(string pemFile, bool listens = true)
    {
        PemFile = pemFile;
        _tub = new Tub(TubCertificate.LoadOrCreate(pemFile));
        _listener = new TubListener(_tub);
        EndPoint = listens ? _listener.Listen(new IPEndPoint(IPAddress.Loopback, 0)) : new IPEndPoint(IPAddress.None, 0);
    }

    public string PemFile { get; }

    public Tub Tub => _tub;

    public TubListener Listener => _listener;

    public TubId TubId => _tub.TubId;

    /// <summary>From where those came who said hello, as its Tub saw it.</summary>
    public IReadOnlyCollection<EndPoint?> Callers => _callers;

    public IPEndPoint EndPoint { get; }

    public Task<Furl> OfferAsync(IReadOnlyList<ConnectionHint> hints)
    {
        _tub.Hints = hints;
        return Task.FromResult(_tub.Register(MakeObject(), "target"));
    }

    public async Task WaitForLostAsync(int count)
    {
        for (int i = 0; i < count; i++)
        {
            await _noticed.WaitAsync().For($"the loss of caller {i + 1} of {count}, noticed by C");
        }
    }

    public async Task StopAsync()
    {
        await _listener.DisposeAsync().AsTask().For("the end of C's listener");
        await _tub.DisposeAsync().AsTask().For("the end of C's Tub");
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _noticed.Dispose();
    }

    private Referenceable MakeObject() => new Referenceable()
        .On("echo", Echo)
        .On("fail", call => throw new ArgumentException(call.Get<string>(0)))
        .OnAsync("callback", call => call.Get<RemoteReference>(0).CallAsync("ping", [call.Get<object?>(1)]))
        .On("sha256", call => Convert.ToHexStringLower(SHA256.HashData(call.Get<byte[]>(0))))
        .On("blob", MakeBlob)
        .OnAsync("slow", SlowAsync)
        .On("hello", Welcome)
        .On("lost", call => (object?)Volatile.Read(ref _lost));

    private object? Echo(RemoteCall call)
    {
        object? value = call.Arguments[0];
        if (value is List<object?> { Count: 2 } pair && pair[1] is 31L)
        {
            // The last of the 32 calls at once: what is slow may be answered, behind this answer.
            call.AfterAnswer(GetLastOfMany(call.Connection).SetResult);
        }

        return value;
    }

    /// <summary>Answers after the calls that are already queued behind it, to be exact after the last of the 32.</summary>
    private async Task<object?> SlowAsync(RemoteCall call)
    {
        await GetLastOfMany(call.Connection).Task;
        return call.Arguments[0];
    }

    private void Welcome(RemoteCall call)
    {
        _callers.Enqueue(call.Connection.RemoteEndPoint);
        call.Connection.Disconnected.Register(() =>
        {
            Interlocked.Increment(ref _lost);
            _noticed.Release();
        });
    }

    private TaskCompletionSource GetLastOfMany(TubConnection connection) =>
        _lastOfMany.GetOrAdd(connection, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    private static object? MakeBlob(RemoteCall call)
    {
        byte[] data = RandomNumberGenerator.GetBytes(call.Get<int>(0));
        return (data, Convert.ToHexStringLower(SHA256.HashData(data)));
    }
}
