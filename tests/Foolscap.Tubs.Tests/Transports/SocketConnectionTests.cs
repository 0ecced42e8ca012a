using System.IO.Pipelines;
using System.Net.Sockets;
using Foolscap.TestUtilities;
using Foolscap.Tubs.Transports;

namespace Foolscap.Tubs.Tests.Transports;

/// <summary>Ends of real sockets, of which Linux tells more than others.</summary>
[Platform("Linux")]
internal sealed class SocketConnectionTests
{
    private Socket _peer = null!;
    private Socket _socket = null!;
    private TransportConnection _connection = null!;

    [SetUp]
    public async Task ConnectAsync()
    {
        (_socket, _peer) = await SocketPair.ConnectAsync();
        _connection = TransportConnection.FromSocket(_socket);
    }

    [TearDown]
    public async Task DisposeAsync()
    {
        _peer.Dispose();
        await _connection.DisposeAsync();
    }

    /// <summary>An end in order ahead of the reset would be taken for what it is not.</summary>
    [Test]
    public async Task GiveUpOutput_OutputIsCompleted_PeerSeesNoEndBeforeTheReset()
    {
        ((SocketConnection)_connection).Stream.GiveUpOutput();
        await _connection.Output.CompleteAsync();
        _connection.Abort();
        Assert.That((await ReceiveAsync().WithinLimit()).Error, Is.EqualTo(SocketError.ConnectionReset));
    }

    /// <summary>Of thousands of idle streams, pipes that nobody uses would be much.</summary>
    [Test]
    public async Task Pipes_ReadAndSentPast_AreLetGoAndMadeAnewWhenAskedFor()
    {
        (PipeReader input, PipeWriter output) = (_connection.Input, _connection.Output);
        _peer.Send(new byte[2]);
        await _connection.WaitForInputAsync(TestTime.Token);
        Assert.That(_connection.TrySend(new byte[3]), Is.EqualTo(3));
        Assert.That(_connection.Input, Is.Not.SameAs(input));
        Assert.That(_connection.Output, Is.Not.SameAs(output));
        Assert.That((await _connection.Input.ReadAsync(TestTime.Token)).Buffer.Length, Is.EqualTo(2));
        await _connection.Output.WriteAsync(new byte[4], TestTime.Token);
        await _connection.Output.CompleteAsync();
        Assert.That(await ReceiveAsync().WithinLimit(), Is.EqualTo((7, SocketError.Success)));
    }

    [Test]
    public void Output_BetweenSendsPastIt_StaysTheSame()
    {
        _connection.TrySend(new byte[1]);
        PipeWriter output = _connection.Output;
        _connection.TrySend(new byte[1]);
        Assert.That(_connection.Output, Is.SameAs(output));
    }

    [Test]
    public void KeepAlive_IsSet()
    {
        Assert.Multiple(() =>
        {
            Assert.That(_socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive), Is.Not.EqualTo(0));
            Assert.That(_socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime), Is.EqualTo(20));
            Assert.That(_socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval), Is.EqualTo(10));
            Assert.That(_socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount), Is.EqualTo(4));
        });
    }

    /// <summary>What the kernel told before the last read is no input: a buffer rented for it would be kept while nothing comes.</summary>
    [Test]
    public async Task WaitForInputAsync_BytesComeWhileOthersAreRead_EndsOnlyWhenThereIsSomething()
    {
        const int Count = 200_000;
        Task sending = Task.Run(() =>
        {
            for (int sent = 0; sent < Count; sent++)
            {
                _peer.Send(new byte[1]);
            }
        });
        byte[] buffer = new byte[1000];
        int received = 0;
        int inVain = 0;
        while (received < Count)
        {
            await _connection.WaitForInputAsync(TestTime.Token);
            inVain += _socket.Available == 0 ? 1 : 0;
            received += await _connection.ReceiveAsync(buffer, TestTime.Token);
        }

        await sending;
        Assert.That(inVain, Is.Zero);
    }

    [Test]
    public async Task TrySend_PeerStandsStill_TakesAPartAndThenNothing()
    {
        byte[] bytes = new byte[64 * 1024 * 1024];
        new Random(1).NextBytes(bytes);
        int sent = 0;
        int more;
        do
        {
            // An acknowledgement that comes late makes room once more.
            sent += more = _connection.TrySend(bytes.AsSpan(sent));
        }
        while (more > 0);

        Assert.That(sent, Is.GreaterThan(0).And.LessThan(bytes.Length));

        byte[] received = new byte[sent + 1];
        int count = 0;
        while (count < sent)
        {
            count += await _peer.ReceiveAsync(received.AsMemory(count)).AsTask().WithinLimit();
        }

        Assert.That(received.AsSpan(0, count).SequenceEqual(bytes.AsSpan(0, sent)), Is.True, "what it says is what has been sent");
        await _connection.Output.WriteAsync(new byte[] { 1, 2, 3 }).WithinLimit();
        Assert.That(await _peer.ReceiveAsync(received.AsMemory()).AsTask().WithinLimit(), Is.EqualTo(3), "and it does not stand in the way of what waits");
    }

    [Test]
    public async Task TrySend_PeerHasReset_TellsOfTheReset()
    {
        _peer.LingerState = new LingerOption(enable: true, seconds: 0);
        _peer.Dispose();
        SocketException failure = (await ThrowsAsync())!;
        Assert.That(failure.SocketErrorCode, Is.AnyOf(SocketError.ConnectionReset, SocketError.Shutdown));
        Assert.That(async () => await _connection.ReceiveAsync(new byte[10]), Throws.InstanceOf<SocketException>(), "no orderly end");

        async Task<SocketException?> ThrowsAsync()
        {
            CancellationToken limit = TestTime.Token;
            while (!limit.IsCancellationRequested)
            {
                try
                {
                    _connection.TrySend([1]);
                }
                catch (SocketException exception)
                {
                    return exception;
                }

                await Task.Yield(); // The reset is on its way.
            }

            return null;
        }
    }

    [Test]
    public async Task Read_ResetOfWhichASendHasHeard_GivesTheBytesAndThenTheReset()
    {
        await _peer.SendAsync(new byte[100]).WithinLimit();
        await ResetPeerAsync();
        await Assert.ThatAsync(async () => await _connection.Output.WriteAsync(new byte[1]), Throws.TypeOf<SocketException>());
        Assert.That(await ReadToEndAsync(), Is.EqualTo((100, SocketError.ConnectionReset)));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Read_ResetBehindAnEnd_IsTheEnd(bool afterASend)
    {
        await _peer.SendAsync(new byte[100]).WithinLimit();
        _peer.Shutdown(SocketShutdown.Send);
        await ResetPeerAsync();
        if (afterASend)
        {
            await Assert.ThatAsync(async () => await _connection.Output.WriteAsync(new byte[1]), Throws.TypeOf<SocketException>());
        }

        Assert.That(await ReadToEndAsync(), Is.EqualTo((100, SocketError.Success)));
    }

    [Test]
    public async Task Reset_PeerHasNotTakenEverything_WaitsForIt()
    {
        const int Size = 8 * 1024 * 1024;
        Task<FlushResult> writing = _connection.Output.WriteAsync(new byte[Size]).AsTask();
        Task<(long Count, SocketError Error)> receiving = ReceiveAsync();
        await writing.WithinLimit();
        await _connection.ResetAsync().WithinLimit();
        Assert.That(await receiving.WithinLimit(), Is.EqualTo(((long)Size, SocketError.ConnectionReset)));
    }

    [Test]
    public async Task Reset_PeerStandsStillAndTheWaitIsEnded_ResetsAllTheSame()
    {
        FakeTimeProvider time = new();
        using CancellationTokenSource ended = new();
        Task writing = _connection.Output.WriteAsync(new byte[64 * 1024 * 1024]).AsTask();
        Task resetting = _connection.ResetAsync(time, ended.Token).AsTask();
        await time.WaitForTimerAsync(_ => true);
        Assert.That(resetting.IsCompleted, Is.False);
        await ended.CancelAsync();
        await resetting.WithinLimit();
        Assert.That((await ReceiveAsync().WithinLimit()).Error, Is.EqualTo(SocketError.ConnectionReset));
        await Assert.ThatAsync(() => writing.WithinLimit(), Throws.InstanceOf<Exception>().And.Not.TypeOf<TimeoutException>());
    }

    [Test]
    public async Task Delivery_PeerTakesLessThanItIsSent_GrowsWithWhatItsKernelAcknowledges()
    {
        long before = _connection.Delivery!.Value.AcknowledgedBytes;
        await _connection.Output.WriteAsync(new byte[1000]);
        Assert.That(await UntilDeliveredAsync(), Is.EqualTo(before + 1000));
        DuplexPipeStream stream = new(_connection);
        Task writing = stream.WriteAsync(new byte[64 * 1024 * 1024]).AsTask();
        byte[] buffer = new byte[64 * 1024];
        for (int read = 0; read < 1_000_000;)
        {
            read += await _peer.ReceiveAsync(buffer).WithinLimit();
        }

        Assert.That((stream.TakenBytes, stream.Delivery!.Value.IsComplete), Is.EqualTo((0L, false)));
        Assert.That(stream.Delivery!.Value.AcknowledgedBytes, Is.GreaterThan(before + 500_000));
        _connection.Abort();
        Assert.That(_connection.Delivery, Is.Null);
        await Assert.ThatAsync(() => writing.WithinLimit(), Throws.InstanceOf<Exception>().And.Not.TypeOf<TimeoutException>());
    }

    private async Task<long> UntilDeliveredAsync()
    {
        CancellationToken limit = TestTime.Token;
        while (!_connection.Delivery!.Value.IsComplete)
        {
            limit.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        return _connection.Delivery!.Value.AcknowledgedBytes;
    }

    [Test]
    public async Task Watch_ResetBehindAnEnd_IsToldOnce()
    {
        FakeTimeProvider time = new();
        SocketWatch watch = new(time);
        SocketStream stream = new(_socket);
        List<SocketError> told = [];
        using IDisposable watched = watch.Add(_socket, stream, lost => told.Add(lost.SocketErrorCode));
        _peer.Shutdown(SocketShutdown.Send);
        Assert.That(await stream.ReadAsync(new byte[10]).WithinLimit(), Is.Zero);
        time.Advance(SocketWatch.Period);
        Assert.That(told, Is.Empty, "A half-closed connection is alive.");

        await ResetPeerAsync();
        time.Advance(SocketWatch.Period);
        time.Advance(SocketWatch.Period);
        Assert.That(told, Is.EqualTo(new[] { SocketError.ConnectionReset }));
        Assert.That(watch.Count, Is.Zero);
        Assert.That(time.ArmedTimers, Is.Empty);
    }

    [Test]
    public async Task Watch_OneThatIsToldThrows_OthersAreToldAndTheWatchGoesOn()
    {
        FakeTimeProvider time = new();
        SocketWatch watch = new(time);
        SocketStream stream = new(_socket);
        int told = 0;
        _peer.Shutdown(SocketShutdown.Send);
        Assert.That(await stream.ReadAsync(new byte[10]).WithinLimit(), Is.Zero);
        await ResetPeerAsync();
        for (int turn = 1; turn <= 2; turn++)
        {
            for (int i = 0; i < 3; i++)
            {
                watch.Add(_socket, stream, _ => throw new InvalidOperationException($"The {++told}. that is told fails."));
            }

            Assert.That(() => time.Advance(SocketWatch.Period), Throws.Nothing);
            Assert.That(told, Is.EqualTo(3 * turn));
        }
    }

    [Test]
    public async Task Watch_BothDirectionsEnded_IsNoLoss()
    {
        FakeTimeProvider time = new();
        SocketWatch watch = new(time);
        SocketStream stream = new(_socket);
        List<SocketError> told = [];
        IDisposable watched = watch.Add(_socket, stream, lost => told.Add(lost.SocketErrorCode));
        _peer.Shutdown(SocketShutdown.Send);
        Assert.That(await stream.ReadAsync(new byte[10]).WithinLimit(), Is.Zero);
        await stream.DisposeAsync();
        Assert.That(await _peer.ReceiveAsync(new byte[10]).WithinLimit(), Is.Zero);
        time.Advance(SocketWatch.Period);
        Assert.That(told, Is.Empty);
        watched.Dispose();
        Assert.That(watch.Count, Is.Zero, "It holds no connection that has been let go of.");
        Assert.That(time.ArmedTimers, Is.Empty);
    }

    private async Task ResetPeerAsync()
    {
        _peer.LingerState = new LingerOption(enable: true, seconds: 0);
        _peer.Dispose();
        CancellationToken limit = TestTime.Token;
        while (TcpInfo.TryGet(_socket, out TcpInfo info) && info.State != TcpState.Closed)
        {
            limit.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private async Task<(int Count, SocketError Error)> ReadToEndAsync()
    {
        int count = 0;
        try
        {
            while (true)
            {
                ReadResult result = await _connection.Input.ReadAsync().WithinLimit();
                count += (int)result.Buffer.Length;
                _connection.Input.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    return (count, SocketError.Success);
                }
            }
        }
        catch (SocketException exception)
        {
            return (count, exception.SocketErrorCode);
        }
    }

    private async Task<(long Count, SocketError Error)> ReceiveAsync()
    {
        long count = 0;
        byte[] buffer = new byte[64 * 1024];
        try
        {
            while (await _peer.ReceiveAsync(buffer) is int more and > 0)
            {
                count += more;
            }

            return (count, SocketError.Success);
        }
        catch (SocketException exception)
        {
            return (count, exception.SocketErrorCode);
        }
    }
}
