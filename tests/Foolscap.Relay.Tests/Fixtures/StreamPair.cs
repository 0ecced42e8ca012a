using System.IO.Pipelines;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Tests.Fixtures;

/// <summary>Two real streams, each of them the other end of the other: what enters at the left leaves at the right.</summary>
internal sealed class StreamPair
{
    private readonly DuplexPipePair _left;
    private readonly DuplexPipePair _right;

    private StreamPair(PipeOptions? local, RelayedStreamOptions? options)
    {
        _left = new DuplexPipePair(local);
        _right = new DuplexPipePair(local);
        LeftStream = new RelayedStream(_left.FirstConnection, options);
        RightStream = new RelayedStream(_right.FirstConnection, options);
    }

    public RelayedStream LeftStream { get; }

    public RelayedStream RightStream { get; }

    /// <summary>The outer side of the left stream's local connection.</summary>
    public IDuplexPipe Left => _left.Second;

    /// <summary>The outer side of the right stream's local connection.</summary>
    public IDuplexPipe Right => _right.Second;

    public static async Task<StreamPair> StartAsync(ConnectedTubs tubs, RelayedStreamOptions? options = null, PipeOptions? local = null)
    {
        StreamPair pair = new(local, options);
        RemoteReference left = await tubs.GiveToServerAsync(pair.LeftStream);
        RemoteReference right = await tubs.GiveToClientAsync(pair.RightStream);
        int window = (options ?? new RelayedStreamOptions()).ReceiveWindow;
        pair.LeftStream.Start(right, window);
        pair.RightStream.Start(left, window);
        return pair;
    }

    public Task<StreamEnd> LeftEndedAsync() => LeftStream.Ended.Within("the end of the left stream");

    public Task<StreamEnd> RightEndedAsync() => RightStream.Ended.Within("the end of the right stream");
}
