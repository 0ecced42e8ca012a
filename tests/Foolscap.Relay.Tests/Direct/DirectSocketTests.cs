using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Tests.Direct;

/// <summary>What a direct stream between real sockets holds.</summary>
internal sealed class DirectSocketTests
{
    private const int Reserved = 1000;

    private readonly BufferBudget _budget = new(1024 * 1024);
    private BufferReservation _reservation = null!;
    private Socket _caller = null!;
    private Socket _tub = null!;
    private DirectStream _stream = null!;

    [SetUp]
    public async Task ConnectAsync()
    {
        (_caller, TransportConnection local) = await OpenAsync();
        (_tub, TransportConnection remote) = await OpenAsync();
        _reservation = _budget.TryReserve(Reserved)!;
        _stream = new DirectStream(local, remote, new DirectStreamOptions { Reservation = _reservation, TimeProvider = PatientTimeProvider.Instance });
        _stream.Start();
    }

    [TearDown]
    public async Task DisposeAsync()
    {
        _stream.Abort("the test is over");
        await _stream.Ended.Within("the end of the stream");
        _caller.Dispose();
        _tub.Dispose();
        _reservation.Dispose();
    }

    [Test]
    public async Task Copy_BothDirectionsAtOnce_EveryByteArrivesAndNothingIsHeldThen()
    {
        Task sending = Task.WhenAll(SendAsync(_caller, Piping.Bytes(3_000_000)), SendAsync(_tub, Piping.Bytes(2_000_000, seed: 2)));
        Task<byte[]> there = ReceiveAsync(_tub, 3_000_000);
        Assert.That(await ReceiveAsync(_caller, 2_000_000), Is.EqualTo(Piping.Bytes(2_000_000, seed: 2)));
        Assert.That(await there, Is.EqualTo(Piping.Bytes(3_000_000)));
        await sending;
        _caller.Shutdown(SocketShutdown.Send);
        _tub.Shutdown(SocketShutdown.Send);
        Assert.That(await _stream.Ended.Within("the end of the stream"), Is.EqualTo(new StreamEnd(null, 3_000_000, 2_000_000)));
        Assert.That(_budget.Reserved, Is.EqualTo(Reserved));
    }

    [Test]
    public async Task Copy_BudgetIsSpent_GoesOnWithWhatIsReserved()
    {
        int rest = (int)(_budget.Limit - _budget.Reserved);
        Assert.That(_budget.TryHold(rest), Is.True);
        Task sending = SendAsync(_caller, Piping.Bytes(50_000));
        Assert.That(await ReceiveAsync(_tub, 50_000), Is.EqualTo(Piping.Bytes(50_000)));
        await sending;
        Assert.That(_budget.Reserved, Is.EqualTo(_budget.Limit), "No more than there is.");
        _budget.Release(rest);
    }

    [Test]
    public async Task End_InOrder_IsNoReset()
    {
        await SendAsync(_caller, Piping.Bytes(100_000));
        _caller.Shutdown(SocketShutdown.Send);
        _tub.Shutdown(SocketShutdown.Send);
        await _stream.Ended.Within("the end of the stream");
        Assert.That(await ReceiveAsync(_tub, 100_000), Is.EqualTo(Piping.Bytes(100_000)));
        Assert.That(await _tub.ReceiveAsync(new byte[1].AsMemory()).Within("the end"), Is.Zero);
        Assert.That(await _caller.ReceiveAsync(new byte[1].AsMemory()).Within("the end"), Is.Zero);
    }

    /// <summary>What a reader who stands still does not take is held once, and all of it arrives.</summary>
    [Test]
    public async Task Copy_ReaderStandsStill_HoldsAPieceAndGoesOn()
    {
        byte[] data = Piping.Bytes(32_000_000);
        Task sending = SendAsync(_caller, data);
        await UntilAsync(() => _budget.Reserved > Reserved, "something that is held for the reader");
        Assert.That(_budget.Reserved, Is.LessThanOrEqualTo(Reserved + (2 * KernelPipe.MostBytes)), "One piece in each direction.");
        Assert.That((await ReceiveAsync(_tub, data.Length)).AsSpan().SequenceEqual(data), Is.True);
        await sending;
        await UntilAsync(() => _budget.Reserved == Reserved, "the end of all that was held");
        Assert.That(_stream.OutboundBytes, Is.EqualTo(data.Length));
    }

    [Test]
    public async Task Abort_WhileMuchIsUnderWay_ResetsBothAndHoldsNothing()
    {
        Task sending = SendAsync(_caller, Piping.Bytes(64_000_000));
        await ReceiveAsync(_tub, 1_000_000);
        _stream.Abort("enough");
        Assert.That((await _stream.Ended.Within("the end of the stream")).AbortReason, Is.EqualTo("enough"));
        await Assert.ThrowsAsync<SocketException>(() => sending);
        await Assert.ThrowsAsync<SocketException>(() => ReceiveAsync(_tub, 64_000_000));
        await UntilAsync(() => _budget.Reserved == Reserved, "the end of all that was held");
    }

    [Test]
    public async Task Reset_BehindMuch_EveryByteArrivesBefore()
    {
        byte[] data = Piping.Bytes(3_000_000);
        Task<byte[]> receiving = ReceiveAsync(_tub, data.Length);
        await SendAsync(_caller, data);
        await UntilAsync(() => _stream.OutboundBytes == data.Length, "all bytes to be passed on");
        _caller.LingerState = new LingerOption(true, 0);
        _caller.Dispose();
        Assert.That((await receiving).AsSpan().SequenceEqual(data), Is.True);
        Assert.That((await _stream.Ended.Within("the end of the stream")).AbortReason, Is.EqualTo("connection reset by peer"));
        await Assert.ThrowsAsync<SocketException>(async () => await _tub.ReceiveAsync(new byte[1].AsMemory()).Within("the reset"));
    }

    private static async Task UntilAsync(Func<bool> condition, string missing)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(5));
        for (Stopwatch watch = Stopwatch.StartNew(); !condition(); await timer.WaitForNextTickAsync())
        {
            Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(60)), $"Missing: {missing}");
        }
    }

    private static async Task<(Socket Outside, TransportConnection Inside)> OpenAsync()
    {
        using Socket listening = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listening.Listen();
        Socket outside = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await outside.ConnectAsync(listening.LocalEndPoint!);
        return (outside, TransportConnection.FromSocket(await listening.AcceptAsync()));
    }

    private static async Task SendAsync(Socket socket, byte[] data)
    {
        for (int sent = 0; sent < data.Length;)
        {
            sent += await socket.SendAsync(data.AsMemory(sent)).Within("room to send");
        }
    }

    private static async Task<byte[]> ReceiveAsync(Socket socket, int count)
    {
        byte[] data = new byte[count];
        for (int received = 0; received < count;)
        {
            int more = await socket.ReceiveAsync(data.AsMemory(received)).Within($"{count - received} bytes");
            Assert.That(more, Is.Positive);
            received += more;
        }

        return data;
    }
}
