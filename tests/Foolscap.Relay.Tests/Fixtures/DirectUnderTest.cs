using System.IO.Pipelines;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Tests.Fixtures;

/// <summary>A direct stream between two connections in memory: the test plays the caller and the Tub.</summary>
internal sealed class DirectUnderTest
{
    private readonly DuplexPipePair _local;
    private readonly DuplexPipePair _remote;

    public DirectUnderTest(DirectStreamOptions? options = null, PipeOptions? pipes = null)
    {
        _local = new DuplexPipePair(pipes);
        _remote = new DuplexPipePair(pipes);
        Stream = new DirectStream(_local.FirstConnection, _remote.FirstConnection, options);
    }

    public DirectStream Stream { get; }

    /// <summary>The outer side of the local connection.</summary>
    public IDuplexPipe Local => _local.Second;

    /// <summary>The stream's own side of it.</summary>
    public PipeReader LocalInput => _local.First.Input;

    /// <summary>The outer side of the other connection.</summary>
    public IDuplexPipe Remote => _remote.Second;

    public static DirectUnderTest Start(DirectStreamOptions? options = null, PipeOptions? pipes = null)
    {
        DirectUnderTest test = new(options, pipes);
        test.Stream.Start();
        return test;
    }

    public Task<StreamEnd> EndedAsync() => Stream.Ended.Within("the end of the stream");

    /// <summary>The peer at one end resets its connection, behind all that it has sent.</summary>
    public static ValueTask ResetAsync(IDuplexPipe outside) => outside.Output.CompleteAsync(new IOException("reset"));
}

/// <summary>Adds up what it is told.</summary>
internal sealed class AddingCounter : IStreamCounter
{
    private long _outbound;
    private long _inbound;

    public (long Outbound, long Inbound) Sums => (Interlocked.Read(ref _outbound), Interlocked.Read(ref _inbound));

    public void OnBytes(StreamDirection direction, long count) =>
        Interlocked.Add(ref direction == StreamDirection.Outbound ? ref _outbound : ref _inbound, count);
}
