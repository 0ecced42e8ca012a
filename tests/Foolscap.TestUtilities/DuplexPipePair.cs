using System.IO.Pipelines;
using System.Net;
using Foolscap.Tubs;

namespace Foolscap.TestUtilities;

/// <summary>A connection in memory: what one end writes, the other end reads.</summary>
public sealed class DuplexPipePair
{
    private static readonly PipeOptions Options = new(useSynchronizationContext: false);

    /// <summary>Creates a connection.</summary>
    /// <param name="options">The options of both pipes, such as their thresholds.</param>
    /// <param name="remoteEndPoint">What both ends take for the address of the other.</param>
    public DuplexPipePair(PipeOptions? options = null, EndPoint? remoteEndPoint = null)
    {
        Pipe there = new(options ?? Options);
        Pipe back = new(options ?? Options);
        First = new End(back.Reader, there.Writer);
        Second = new End(there.Reader, back.Writer);
        FirstConnection = TransportConnection.FromPipe(First, remoteEndPoint);
        SecondConnection = TransportConnection.FromPipe(Second, remoteEndPoint);
    }

    public IDuplexPipe First { get; }

    public IDuplexPipe Second { get; }

    /// <summary><see cref="First"/> as the library sees connections.</summary>
    public TransportConnection FirstConnection { get; }

    /// <summary><see cref="Second"/> as the library sees connections.</summary>
    public TransportConnection SecondConnection { get; }

    private sealed record End(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
