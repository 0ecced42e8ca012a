using System.IO.Pipelines;
using Foolscap.TestUtilities;

namespace Foolscap.Tubs.Tests.Transports;

/// <summary>A host's pipes as a connection, also if they, or the host's way of aborting, do not work.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class PipeConnectionTests
{
    private readonly DuplexPipePair _pipe = new();

    [Test]
    public async Task Abort_HostsOwnThatThrows_TheOtherEndSeesAnErrorAllTheSame()
    {
        TransportConnection connection = TransportConnection.FromPipe(_pipe.First, abort: () => throw new InvalidOperationException("broken"));

        connection.Abort();
        await connection.DisposeAsync();

        Assert.That(async () => await _pipe.Second.Input.ReadAsync(TestTime.Token), Throws.TypeOf<IOException>());
    }

    [Test]
    public async Task Abort_HostsOwn_IsHowTheOtherEndIsTold()
    {
        int aborts = 0;
        TransportConnection connection = TransportConnection.FromPipe(_pipe.First, abort: () => aborts++);

        connection.Abort();
        connection.Abort();
        await connection.DisposeAsync();

        Assert.That(aborts, Is.EqualTo(1));
        Assert.That((await _pipe.Second.Input.ReadAsync(TestTime.Token)).IsCompleted, Is.True);
    }

    [Test]
    public async Task DisposeAsync_OutputThatThrows_TheInputEndsAsWell()
    {
        TransportConnection connection = TransportConnection.FromPipe(new End(_pipe.First.Input, new BrokenWriter()));

        Assert.That(async () => await connection.DisposeAsync(), Throws.TypeOf<InvalidOperationException>());

        Assert.That((await _pipe.Second.Output.WriteAsync(new byte[1], TestTime.Token)).IsCompleted, Is.True);
    }

    private sealed record End(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class BrokenWriter : PipeWriter
    {
        public override void Complete(Exception? exception = null) => throw new InvalidOperationException("broken");

        public override void Advance(int bytes) => throw new NotSupportedException();

        public override void CancelPendingFlush() => throw new NotSupportedException();

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public override Memory<byte> GetMemory(int sizeHint = 0) => throw new NotSupportedException();

        public override Span<byte> GetSpan(int sizeHint = 0) => throw new NotSupportedException();
    }
}
