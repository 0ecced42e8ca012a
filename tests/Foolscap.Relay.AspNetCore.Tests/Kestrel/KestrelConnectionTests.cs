using System.IO.Pipelines;
using Foolscap.Relay.AspNetCore.Kestrel;
using Foolscap.TestUtilities;
using Microsoft.AspNetCore.Connections;

namespace Foolscap.Relay.AspNetCore.Tests.Kestrel;

internal sealed class KestrelConnectionTests
{
    private static readonly TimeSpan Instant = TimeSpan.FromMilliseconds(1);

    [TestCase(false, 60)]
    [TestCase(true, 5)]
    public async Task Close_ReaderWhoDoesNotRead_IsResetAfterHisTime(bool isAborted, int seconds)
    {
        FakeTimeProvider clock = new();
        await using UnreadConnection unread = new();
        KestrelConnection connection = new(unread);
        await connection.Output.WriteAsync(new byte[10]);
        await connection.Output.CompleteAsync();
        if (isAborted)
        {
            connection.Abort();
        }

        await connection.DisposeAsync();
        Task closing = connection.CloseAsync(clock);
        await clock.WaitForTimerAsync(TimeSpan.FromSeconds(seconds));
        clock.Advance(TimeSpan.FromSeconds(seconds) - Instant);
        Assert.That((unread.Reset, closing.IsCompleted), Is.EqualTo(((ConnectionAbortedException?)null, false)), "He still has time.");

        clock.Advance(Instant);
        await closing.WaitAsync(TimeSpan.FromSeconds(60));

        Assert.That(unread.Reset!.Message, Is.EqualTo("The relay has reset the connection."));
    }

    [Test]
    public async Task Close_ReaderWhoReads_IsNotReset()
    {
        FakeTimeProvider clock = new();
        await using UnreadConnection unread = new();
        KestrelConnection connection = new(unread);
        await connection.DisposeAsync();
        Task closing = connection.CloseAsync(clock);
        await clock.WaitForTimerAsync(TimeSpan.FromSeconds(60));

        unread.EverythingIsRead();
        await closing.WaitAsync(TimeSpan.FromSeconds(60));

        Assert.That(unread.Reset, Is.Null);
        Assert.That(clock.ArmedTimers, Is.Empty);
    }

    [Test]
    public async Task Abort_BeforeTheLastWord_ResetsAtOnce()
    {
        await using UnreadConnection unread = new();
        KestrelConnection connection = new(unread);

        connection.Abort();

        Assert.That(unread.Reset, Is.Not.Null);
    }

    /// <summary>A connection whose end waits until everything is read, as that of Kestrel does.</summary>
    private sealed class UnreadConnection : DefaultConnectionContext
    {
        private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public UnreadConnection() => Transport = new Pipes();

        public ConnectionAbortedException? Reset { get; private set; }

        public void EverythingIsRead() => _closed.TrySetResult();

        public override void Abort(ConnectionAbortedException abortReason)
        {
            Reset = abortReason;
            _closed.TrySetResult();
        }

        public override async ValueTask DisposeAsync()
        {
            await _closed.Task;
            await base.DisposeAsync();
        }
    }

    private sealed class Pipes : IDuplexPipe
    {
        public PipeReader Input { get; } = new Pipe().Reader;

        public PipeWriter Output { get; } = new Pipe().Writer;
    }
}
