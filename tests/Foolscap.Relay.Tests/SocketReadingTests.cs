using System.Net.Sockets;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Tests;

/// <summary>What a stream holds of what arrives at a real socket.</summary>
internal sealed class SocketReadingTests
{
    private const int Window = 1000;

    private readonly BufferBudget _budget = new(1024 * 1024);
    private Socket _outside = null!;
    private RelayedStream _stream = null!;
    private BufferReservation _reservation = null!;
    private ConnectedTubs _tubs = null!;

    [SetUp]
    public async Task ConnectAsync()
    {
        (Socket inside, _outside) = await SocketPair.ConnectAsync();
        _reservation = _budget.TryReserve(Window)!;
        _stream = new RelayedStream(
            TransportConnection.FromSocket(inside),
            new RelayedStreamOptions { ReceiveWindow = Window, Reservation = _reservation, ReadShare = new ReadShare(1) });
        _tubs = await ConnectedTubs.ConnectAsync();
    }

    [TearDown]
    public async Task DisposeAsync()
    {
        _stream.Abort("the test is over");
        await _stream.Ended.Within("the end of the stream");
        _reservation.Dispose();
        await _tubs.UntilAsync(() => _budget.Reserved == 0, "the end of all that was held");
        _outside.Dispose();
        await _tubs.DisposeAsync();
    }

    [Test]
    public async Task OtherEndDoesNotAnswer_NothingIsReadThatCannotBeSent()
    {
        ScriptedEnd end = new();
        _stream.Start(await _tubs.GiveToServerAsync(end), Window);
        await _outside.SendAsync(Piping.Bytes(50_000));
        List<ScriptedCall> writes = [await end.NextWriteAsync()];
        while (writes.Sum(write => write.Data.Length) < Window)
        {
            writes.Add(await end.NextWriteAsync());
        }

        await _tubs.UntilAsync(() => _budget.Reserved == Window, "the end of all that was held to be read into");
        Assert.That(_stream.OutboundBytes, Is.EqualTo(Window));
        writes.ForEach(write => write.Answer());
        Assert.That(await end.TakeAsync(50_000 - Window), Is.EqualTo(Piping.Bytes(50_000)[Window..]));
    }

    [Test]
    public async Task BudgetIsHeldByOthers_WaitsAndGoesOn()
    {
        ScriptedEnd end = new();
        BufferReservation others = _budget.TryReserve(900_000)!;
        await _budget.HoldAsync(147_000, CancellationToken.None);
        _stream.Start(await _tubs.GiveToServerAsync(end), sendWindow: 60_000);
        await _outside.SendAsync(Piping.Bytes(10_000));
        await _tubs.RoundTripAsync();
        Assert.That(end.Waiting, Is.Zero);
        others.Dispose();
        Assert.That(await end.TakeAsync(10_000), Is.EqualTo(Piping.Bytes(10_000)));
        _budget.Release(147_000);
    }

    [Test]
    public async Task HalfClose_AfterBytes_IsAClose()
    {
        ScriptedEnd end = new() { AnswersAtOnce = true };
        _stream.Start(await _tubs.GiveToServerAsync(end), Window);
        await _outside.SendAsync(Piping.Bytes(100));
        _outside.Shutdown(SocketShutdown.Send);
        Assert.That((await end.NextWriteAsync()).Data, Is.EqualTo(Piping.Bytes(100)));
        await end.NextAsync("close");
    }
}
