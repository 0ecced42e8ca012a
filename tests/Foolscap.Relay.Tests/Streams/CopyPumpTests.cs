using System.IO.Pipelines;
using Foolscap.Relay.Streams;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Tests.Streams;

internal sealed class CopyPumpTests
{
    [Test]
    public async Task RunAsync_NeitherEndLetsItWait_OthersGetTheThread()
    {
        using CancellationTokenSource stopping = new();
        CopyPump pump = new(new EndlessConnection(), new EndlessConnection(), StreamDirection.Inbound, new DirectStreamOptions(), stopping.Token);

        // On a thread of its own, which it would keep.
        Task<Task> started = Task.Factory.StartNew(pump.RunAsync, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            Task copying = await started.WithinLimit();
            Assert.That(pump.Copied, Is.GreaterThan(0));
            await stopping.CancelAsync();
            Assert.That(async () => await copying.WithinLimit(), Throws.InstanceOf<OperationCanceledException>());
        }
        finally
        {
            await stopping.CancelAsync();
        }
    }

    /// <summary>Always has something, and takes everything at once.</summary>
    private sealed class EndlessConnection() : TransportConnection(remoteEndPoint: null)
    {
        private readonly Pipe _none = new();

        public override PipeReader Input => _none.Reader;

        public override PipeWriter Output => _none.Writer;

        public override ValueTask<bool> WaitForInputAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult(true);

        public override ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return ValueTask.FromResult(buffer.Length);
        }

        public override int TrySend(ReadOnlySpan<byte> bytes) => bytes.Length;

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

        protected override void OnAbort()
        {
        }
    }
}
