using System.Net.Sockets;
using Foolscap.TestUtilities;

namespace Foolscap.Tubs.Tests.Transports;

/// <summary>What goes from one real socket to another within the kernel.</summary>
[Platform("Linux")]
internal sealed class KernelPipeTests
{
    private Socket _sender = null!;
    private Socket _receiver = null!;
    private Socket _fromSocket = null!;
    private Socket _toSocket = null!;
    private TransportConnection _from = null!;
    private TransportConnection _to = null!;

    [SetUp]
    public async Task ConnectAsync()
    {
        (_fromSocket, _sender) = await SocketPair.ConnectAsync();
        (_toSocket, _receiver) = await SocketPair.ConnectAsync();
        _from = TransportConnection.FromSocket(_fromSocket);
        _to = TransportConnection.FromSocket(_toSocket);
    }

    [TearDown]
    public async Task DisposeAsync()
    {
        _sender.Dispose();
        _receiver.Dispose();
        await _from.DisposeAsync();
        await _to.DisposeAsync();
    }

    [Test]
    public async Task ReceiveAndSend_BytesAreThere_ArriveAtTheOtherEnd()
    {
        byte[] data = BytePattern.Make(100_000, seed: 1);
        Task sending = SendAsync(data);
        using (KernelPipe pipe = Rent())
        {
            for (int passed = 0; passed < data.Length;)
            {
                await _from.WaitForInputAsync(TestTime.Token);
                int received = pipe.Receive();
                Assert.That(pipe.Count, Is.EqualTo(received));
                Assert.That(pipe.Send(), Is.EqualTo(received));
                passed += received;
            }
        }

        await sending;
        Assert.That(await ReceiveAsync(data.Length), Is.EqualTo(data));
    }

    [Test]
    public void Receive_NothingIsThere_IsNothing()
    {
        using KernelPipe pipe = Rent();
        Assert.That((pipe.Receive(), pipe.Count, pipe.Send()), Is.EqualTo((0, 0, 0)));
    }

    /// <summary>What the other connection does not take comes out again, so that nobody keeps a pipe while he waits.</summary>
    [Test]
    public async Task Send_ReaderStandsStill_LeavesTheRestToRead()
    {
        const int Size = 64 * 1024 * 1024;
        Task sending = SendAsync(BytePattern.Make(Size, seed: 2));
        int sent = 0;
        byte[] left;
        using (KernelPipe pipe = Rent())
        {
            do
            {
                await _from.WaitForInputAsync(TestTime.Token);
                pipe.Receive();
                sent += pipe.Send();
            }
            while (pipe.Count == 0);
            left = new byte[pipe.Count];
            pipe.Read(left);
            Assert.That(pipe.Count, Is.Zero);
        }

        Assert.That(sent + left.Length, Is.LessThan(Size), "The kernel takes no such amount.");
        byte[] taken = await ReceiveAsync(sent);
        Assert.That(BytePattern.IsRight([.. taken, .. left], seed: 2), Is.True);
        _from.Abort();
        await Assert.ThrowsAsync<SocketException>(() => sending);
    }

    [Test]
    public async Task Receive_InputHasEnded_IsNothingAndAReadTells()
    {
        _sender.Shutdown(SocketShutdown.Send);
        await _from.WaitForInputAsync(TestTime.Token);
        using KernelPipe pipe = Rent();
        Assert.That(pipe.Receive(), Is.Zero);
        Assert.That((await _from.Input.ReadAsync(TestTime.Token)).IsCompleted, Is.True);
    }

    [Test]
    public void Receive_PeerHasReset_Throws()
    {
        Reset(_sender, _fromSocket);
        using KernelPipe pipe = Rent();
        SocketException exception = Assert.Throws<SocketException>(() => pipe.Receive())!;
        Assert.That(exception.SocketErrorCode, Is.EqualTo(SocketError.ConnectionReset));
    }

    /// <summary>The kernel tells of a reset once: whoever reads after a send that has heard of it must not see an end.</summary>
    [Test]
    public async Task Send_PeerHasReset_ThrowsAndAReadStillHearsOfIt()
    {
        await SendAsync(new byte[1000]);
        await _from.WaitForInputAsync(TestTime.Token);
        Reset(_receiver, _toSocket);
        using KernelPipe pipe = Rent();
        Assert.That(pipe.Receive(), Is.Positive);
        SocketException exception = Assert.Throws<SocketException>(() => pipe.Send())!;
        Assert.That(exception.SocketErrorCode, Is.EqualTo(SocketError.ConnectionReset));
        exception = (await Assert.ThrowsAsync<SocketException>(async () => await _to.ReceiveAsync(new byte[10], TestTime.Token)))!;
        Assert.That(exception.SocketErrorCode, Is.EqualTo(SocketError.ConnectionReset));
    }

    /// <summary>
    /// The kernel keeps to itself why it has sent only a part, and tells the next send no more than that nothing goes any more:
    /// what has no end must not end in order for that. It happens in some of these attempts.
    /// </summary>
    [Test]
    public async Task Send_PeerResetsMeanwhile_AReadStillHearsOfIt()
    {
        using CancellationTokenSource over = new();
        Task feeding = FeedAsync(over.Token);
        for (int attempt = 1; attempt <= 600; attempt++)
        {
            (Socket socket, Socket peer) = await SocketPair.ConnectAsync();
            await using TransportConnection connection = TransportConnection.FromSocket(socket);
            Task resetting = Task.Run(() => ReceiveAndReset(peer, attempt * 3_000));
            await MoveUntilLostAsync(connection);
            await resetting;
            Assert.That(async () => await connection.ReceiveAsync(new byte[10], TestTime.Token), Throws.InstanceOf<SocketException>(), $"attempt {attempt}");
        }

        await over.CancelAsync();
        await feeding;
    }

    /// <summary>Bytes of one stream must never reach another.</summary>
    [Test]
    public async Task Dispose_BytesAreLeft_NoOtherPipeHasThem()
    {
        await SendAsync(new byte[1000]);
        await _from.WaitForInputAsync(TestTime.Token);
        KernelPipe pipe = Rent();
        Assert.That(pipe.Receive(), Is.Positive);
        pipe.Dispose();
        List<KernelPipe> all = RentAll();
        foreach (KernelPipe other in all)
        {
            Assert.That((other.Count, other.Receive()), Is.EqualTo((0, 0)));
            other.Dispose();
        }

        await SendAsync([1]);
        await _from.WaitForInputAsync(TestTime.Token);
        using KernelPipe another = Rent();
        Assert.That((another.Receive(), another.Send()), Is.EqualTo((1, 1)));
        Assert.That(await ReceiveAsync(1), Is.EqualTo(new byte[] { 1 }));
    }

    [Test]
    public void TryRent_AllAreInUse_IsNoneUntilOneIsBack()
    {
        List<KernelPipe> all = RentAll();
        Assert.That(all, Has.Count.InRange(2, 32));
        all[0].Dispose();
        all[0].Dispose();
        all[0] = Rent();
        Assert.That(KernelPipe.TryRent(_from, _to), Is.Null, "One that is given back twice is one.");
        all.ForEach(pipe => pipe.Dispose());
    }

    [Test]
    public void ReceiveAndSend_ConnectionIsClosed_Throw()
    {
        using KernelPipe pipe = Rent();
        _from.Abort();
        Assert.Throws<ObjectDisposedException>(() => pipe.Receive());
    }

    [Test]
    public async Task Receive_PipeIsNotEmpty_Throws()
    {
        await SendAsync([1]);
        await _from.WaitForInputAsync(TestTime.Token);
        using KernelPipe pipe = Rent();
        pipe.Receive();
        Assert.Throws<InvalidOperationException>(() => pipe.Receive());
    }

    [Test]
    public async Task CanJoin_OneEndIsNoSocket_IsFalse()
    {
        await using TransportConnection pipes = new DuplexPipePair().FirstConnection;
        Assert.That((KernelPipe.CanJoin(_from, _to), KernelPipe.CanJoin(pipes, _to), KernelPipe.CanJoin(_from, pipes)), Is.EqualTo((true, false, false)));
        Assert.That(KernelPipe.TryRent(_from, pipes), Is.Null);
    }

    private async Task FeedAsync(CancellationToken over)
    {
        byte[] data = new byte[256 * 1024];
        try
        {
            while (true)
            {
                await _sender.SendAsync(data, over);
            }
        }
        catch (OperationCanceledException)
        {
            // It is enough.
        }
    }

    private async Task MoveUntilLostAsync(TransportConnection to)
    {
        byte[] rest = new byte[KernelPipe.MostBytes];
        try
        {
            while (true)
            {
                await _from.WaitForInputAsync(TestTime.Token);
                using KernelPipe pipe = KernelPipe.TryRent(_from, to) ?? throw new AssertionException("There is no pipe.");
                pipe.Receive();
                pipe.Send();
                pipe.Read(rest.AsSpan(0, pipe.Count));
            }
        }
        catch (SocketException)
        {
            // The peer has reset the connection.
        }
    }

    private static void ReceiveAndReset(Socket peer, int count)
    {
        byte[] buffer = new byte[64 * 1024];
        peer.ReceiveTimeout = (int)TestTime.Limit.TotalMilliseconds;
        for (int received = 0, more = -1; received < count && more != 0; received += more)
        {
            more = peer.Receive(buffer);
        }

        peer.LingerState = new LingerOption(true, 0);
        peer.Dispose();
    }

    private static void Reset(Socket peer, Socket socket)
    {
        peer.LingerState = new LingerOption(true, 0);
        peer.Dispose();
        Assert.That(socket.Poll(TestTime.Limit, SelectMode.SelectRead), Is.True, "No reset has come.");
    }

    private KernelPipe Rent() => KernelPipe.TryRent(_from, _to) ?? throw new AssertionException("There is no pipe.");

    private List<KernelPipe> RentAll()
    {
        List<KernelPipe> all = [];
        while (KernelPipe.TryRent(_from, _to) is KernelPipe pipe)
        {
            all.Add(pipe);
        }

        return all;
    }

    private async Task SendAsync(byte[] data)
    {
        for (int sent = 0; sent < data.Length;)
        {
            sent += await _sender.SendAsync(data.AsMemory(sent), TestTime.Token);
        }
    }

    private async Task<byte[]> ReceiveAsync(int count)
    {
        byte[] data = new byte[count];
        for (int received = 0; received < count;)
        {
            int more = await _receiver.ReceiveAsync(data.AsMemory(received), TestTime.Token);
            Assert.That(more, Is.Positive);
            received += more;
        }

        return data;
    }
}
