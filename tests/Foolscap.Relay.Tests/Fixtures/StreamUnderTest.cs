using System.IO.Pipelines;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Tests.Fixtures;

/// <summary>One real stream at a Tub; its other end, on another Tub, is played by the test.</summary>
internal sealed class StreamUnderTest : IAsyncDisposable
{
    private readonly DuplexPipePair _local;

    private StreamUnderTest(ConnectedTubs tubs, DuplexPipePair local, RelayedStreamOptions? options)
    {
        Tubs = tubs;
        _local = local;
        Stream = new RelayedStream(local.FirstConnection, options);
    }

    public ConnectedTubs Tubs { get; }

    public RelayedStream Stream { get; }

    /// <summary>What the stream calls.</summary>
    public ScriptedEnd Peer { get; } = new();

    /// <summary>By what the test calls the stream.</summary>
    public RemoteReference Handle { get; private set; } = null!;

    /// <summary>The other side of the stream's local connection.</summary>
    public IDuplexPipe Outside => _local.Second;

    /// <summary>The stream's own side of its local connection.</summary>
    public IDuplexPipe Local => _local.First;

    /// <summary>Creates a stream that has not been started.</summary>
    public static async Task<StreamUnderTest> CreateAsync(RelayedStreamOptions? options = null, PipeOptions? local = null)
    {
        StreamUnderTest test = new(await ConnectedTubs.ConnectAsync(), new DuplexPipePair(local), options);
        test.Handle = await test.Tubs.GiveToClientAsync(test.Stream);
        return test;
    }

    public static async Task<StreamUnderTest> StartAsync(
        int sendWindow = RelayProtocol.DefaultWindow, RelayedStreamOptions? options = null, PipeOptions? local = null)
    {
        StreamUnderTest test = await CreateAsync(options, local);
        await test.StartAsync(sendWindow);
        return test;
    }

    public async Task StartAsync(int sendWindow = RelayProtocol.DefaultWindow) =>
        Stream.Start(await Tubs.GiveToServerAsync(Peer), sendWindow);

    public Task<object?> CallAsync(string method, params object?[] arguments) =>
        Handle.CallAsync(method, arguments).Within($"the answer to {method}()");

    /// <summary>A write whose answer may take its time.</summary>
    public Task<object?> BeginWrite(byte[] data) => Handle.CallAsync(RelayProtocol.Write, [data]);

    public Task<object?> WriteAsync(byte[] data) => CallAsync(RelayProtocol.Write, data);

    public Task<StreamEnd> EndedAsync() => Stream.Ended.Within("the end of the stream");

    public static async Task<RemoteException> RefusedAsync(Func<Task> call) => (await Assert.ThrowsAsync<RemoteException>(async () => await call()))!;

    public ValueTask DisposeAsync() => Tubs.DisposeAsync();
}
