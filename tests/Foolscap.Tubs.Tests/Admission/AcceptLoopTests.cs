using System.Net;
using System.Net.Sockets;
using System.Text;
using Foolscap.TestUtilities;
using Foolscap.Tubs.Transports;

namespace Foolscap.Tubs.Tests.Admission;

/// <summary>The loop that accepts connections: nothing that one of them makes happen may hold it up.</summary>
internal sealed class AcceptLoopTests
{
    [Test]
    public async Task Accept_HandlingOfAConnectionTakesItsTime_NextOneIsServedMeanwhile()
    {
        using BlockingTimeProvider time = new();
        await using TubListener listener = new(timeProvider: time);
        IPEndPoint endPoint = listener.Listen(new IPEndPoint(IPAddress.Loopback, 0));
        using Socket first = await ConnectAsync(endPoint);
        await time.Blocked.WithinLimit();
        try
        {
            using Socket second = await ConnectAsync(endPoint);
            Assert.That(await ReadAsync(second), Does.StartWith("HTTP/1.1 400 "));
        }
        finally
        {
            time.LetGo();
        }

        Assert.That(await ReadAsync(first), Does.StartWith("HTTP/1.1 400 "));
    }

    [Test]
    public async Task Accept_FailsForAWhile_IsTriedTenTimesASecondAndLoggedOnceInTen()
    {
        FakeTimeProvider time = new();
        using RecordingLoggerFactory log = new();
        TcpAcceptor acceptor = new(_ => Task.CompletedTask, new TubLog(log.CreateLogger("test")), time);
        int tried = 0;
        Task accepting = acceptor.AcceptAsync(_ => throw new SocketException((int)(++tried > 0 ? SocketError.TooManyOpenSockets : 0)));
        for (int i = 1; i <= 102; i++)
        {
            await time.WaitForTimerAsync(TimeSpan.FromMilliseconds(100));
            Assert.That(tried, Is.EqualTo(i));
            time.Advance(TimeSpan.FromMilliseconds(100.1));
        }

        await acceptor.DisposeAsync();
        time.Advance(TimeSpan.FromMilliseconds(100.1));
        await accepting.WithinLimit();
        List<string> lines = [.. log.Records.Where(record => record.EventId.Id == 1006).Select(record => record.Message)];
        Assert.That(lines, Has.Count.EqualTo(2));
        Assert.That(lines[0], Does.StartWith("Accepting connections failed 1 times"));
        Assert.That(lines[1], Does.StartWith("Accepting connections failed 100 times"));
    }

    private static async Task<Socket> ConnectAsync(IPEndPoint endPoint)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(endPoint).WithinLimit();
        await socket.SendAsync("NO\r\n\r\n"u8.ToArray()).WithinLimit();
        return socket;
    }

    private static async Task<string> ReadAsync(Socket socket)
    {
        byte[] buffer = new byte[1000];
        return Encoding.UTF8.GetString(buffer, 0, await socket.ReceiveAsync(buffer).WithinLimit());
    }

    /// <summary>The clock of a listener, which stops whoever handles its first connection until it is let go of.</summary>
    private sealed class BlockingTimeProvider : TimeProvider, IDisposable
    {
        private readonly TaskCompletionSource _blocked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _gate = new();

        public Task Blocked => _blocked.Task;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (_blocked.TrySetResult())
            {
                _gate.Wait(TestTime.Token);
            }

            return base.CreateTimer(callback, state, dueTime, period);
        }

        public void LetGo() => _gate.Set();

        public void Dispose() => _gate.Dispose();
    }
}
