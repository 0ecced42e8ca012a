using Foolscap.Relay.Interop.Tests.Peers;
using Foolscap.Relay.Interop.Tests.Raw;

namespace Foolscap.Relay.Faults.Tests.Fixtures;

/// <summary>A relayed stream that carries bytes both ways, at a steady pace, until it is finished or broken.</summary>
internal sealed class RunningTransfer : IDisposable
{
    private readonly RawSocket _b;
    private readonly RawSocket _c;
    private readonly Flow _up;
    private readonly Flow _down;
    private readonly Task _sending;
    private readonly Task<StreamOutcome> _atB;
    private readonly Task<StreamOutcome> _atC;

    /// <summary>Starts it.</summary>
    /// <param name="b">B's end.</param>
    /// <param name="c">C's end.</param>
    /// <param name="idle">Whether it is open only, and carries nothing.</param>
    public RunningTransfer(RawSocket b, RawSocket c, bool idle = false)
    {
        (_b, _c) = (b, c);
        (_up, _down) = (new Flow(b, c, seed: 1), new Flow(c, b, seed: 2));
        (_atB, _atC) = (Task.Run(_down.ReceiveAsync), Task.Run(_up.ReceiveAsync));
        _sending = idle ? Task.CompletedTask : Task.WhenAll(Task.Run(_up.SendAsync), Task.Run(_down.SendAsync));
    }

    /// <summary>Waits until so many more bytes have arrived in each direction.</summary>
    public async Task WaitForProgressAsync(long bytes)
    {
        (long up, long down) = (_up.Received + bytes, _down.Received + bytes);
        await Waiting.UntilAsync(
            () => (_up.Received >= up && _down.Received >= down) || _atB.IsCompleted || _atC.IsCompleted,
            () => $"{up - _up.Received} bytes for C and {down - _down.Received} for B of a transfer");
        await ThrowIfOverAsync();
    }

    /// <summary>Ends both directions; then everything that was sent must have arrived, and nothing else.</summary>
    public async Task FinishAsync()
    {
        await ThrowIfOverAsync();
        _up.Stop();
        _down.Stop();
        await _sending.For("the end of the writers of a transfer");
        StreamOutcome[] outcomes = await Task.WhenAll(_atB, _atC).For("the end of a transfer");
        Assert.That((_up.Received, _down.Received), Is.EqualTo((_up.Sent, _down.Sent)), "bytes that have arrived, of those sent");
        Assert.That(outcomes, Is.All.EqualTo(StreamOutcome.Ended), "the end of a transfer at B and at C, where all bytes have arrived");
    }

    /// <summary>Waits until both ends have seen that the stream is over. What has arrived is the beginning of what was sent.</summary>
    /// <param name="limit">How long that may take.</param>
    public async Task<(StreamOutcome AtB, StreamOutcome AtC)> WaitForEndsAsync(TimeSpan? limit = null)
    {
        await _atB.For("the end of the stream at B", limit ?? Waiting.Limit);
        await _atC.For("the end of the stream at C", limit ?? Waiting.Limit);
        Dispose();
        await _sending.For("the end of the writers of a transfer");
        return (
            _up.SenderWasReset ? StreamOutcome.Reset : await _atB,
            _down.SenderWasReset ? StreamOutcome.Reset : await _atC);
    }

    public void Dispose()
    {
        _b.Dispose();
        _c.Dispose();
    }

    private async Task ThrowIfOverAsync()
    {
        foreach (Task<StreamOutcome> over in new[] { _atB, _atC }.Where(end => end.IsCompleted))
        {
            Assert.Fail($"The transfer is over before its time: {await over} at {(over == _atB ? "B" : "C")}.");
        }
    }
}
