using Foolscap.Relay.Interop.Tests.Raw;

namespace Foolscap.Relay.Interop.Tests;

/// <summary>
/// A relayed transfer of 8 MiB each way that begins before a test does something else to the relay, and ends after it.
/// </summary>
internal sealed class TransferBeside : IDisposable
{
    private const long Half = 4 * 1024 * 1024;

    private readonly RawSocket _b;
    private readonly RawSocket _c;
    private readonly Task _receiving;
    private readonly Task _sendingFirstHalf;

    private TransferBeside(RawSocket b, RawSocket c)
    {
        _b = b;
        _c = c;
        _receiving = Task.WhenAll(c.ReceivePatternAsync(0, 2 * Half, seed: 1), b.ReceivePatternAsync(0, 2 * Half, seed: 2));
        _sendingFirstHalf = SendAsync(0, Half);
    }

    public static async Task<TransferBeside> StartAsync(RawRoute route)
    {
        (RawSocket b, RawSocket c) = await route.OpenAsync();
        return new TransferBeside(b, c);
    }

    /// <summary>Sends the rest; all bytes must have arrived in order, and nothing behind them.</summary>
    public async Task FinishAsync()
    {
        await _sendingFirstHalf;
        Assert.That(_receiving.IsFaulted, Is.False, () => $"{_receiving.Exception}");
        await SendAsync(Half, 2 * Half);
        await _receiving;
        _b.End();
        _c.End();
        Assert.That(await _c.ReceiveToEndAsync(), Is.Empty);
        Assert.That(await _b.ReceiveToEndAsync(), Is.Empty);
    }

    public void Dispose()
    {
        _b.Dispose();
        _c.Dispose();
    }

    private Task SendAsync(long from, long to) => Task.WhenAll(_b.SendPatternAsync(from, to, seed: 1), _c.SendPatternAsync(from, to, seed: 2));
}
