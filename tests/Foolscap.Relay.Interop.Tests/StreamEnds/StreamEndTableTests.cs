using Foolscap.Relay.Interop.Tests.Raw;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Interop.Tests.StreamEnds;

/// <summary>
/// The table of the ends: for every order of bytes, FIN and RST of B and C, each side sees exactly the other's bytes, and
/// then an end where it sent a FIN, or a reset where it sent an RST, or both.
/// </summary>
/// <param name="direct">Whether the streams have direct connections.</param>
/// <param name="sizes">How many bytes a side sends, in one run of a case after the other.</param>
[TestFixture(false, new[] { 1, 100_000, 1_000_000 })] // One byte, less than the window, and more than relay, client and kernels hold in windows.
[TestFixture(true, new[] { 100_000 })] // TCP is the window here: several reads are enough.
[Platform("Linux")] // What the kernel has delivered, and a reset behind an end, only Linux tells.
[Parallelizable(ParallelScope.Children)]
internal sealed class StreamEndTableTests(bool direct, int[] sizes)
{
    private readonly SemaphoreSlim _opening = new(1);
    private RawRoute _route = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _route = await RawRoute.StartAsync(direct: direct, time: PatientTimeProvider.Instance);

    [OneTimeTearDown]
    public async Task StopAsync() => await _route.DisposeAsync();

    /// <param name="order">The order of events.</param>
    [TestCaseSource(nameof(Cases))]
    public async Task Ends_OneAfterTheOther_ArriveExactly(EndCase order)
    {
        foreach (int size in SizesOf(order))
        {
            await TestContext.Out.WriteLineAsync($"{size} bytes");
            await RunOneAfterTheOtherAsync(order, size);
        }
    }

    /// <param name="order">The order of events.</param>
    [TestCaseSource(nameof(Cases))]
    public async Task Ends_AtOnce_ArriveExactly(EndCase order)
    {
        foreach (int size in SizesOf(order))
        {
            await TestContext.Out.WriteLineAsync($"{size} bytes");
            await RunAtOnceAsync(order, size);
        }
    }

    private static IEnumerable<TestCaseData> Cases() =>
        EndCase.All().Select(order => new TestCaseData(order).SetArgDisplayNames(order.ToString()));

    /// <summary>The sizes that make a difference in a case.</summary>
    private int[] SizesOf(EndCase order) => order.Steps.Any(step => step.Act == Act.Send) ? sizes : [0];

    private async Task RunOneAfterTheOtherAsync(EndCase order, int size)
    {
        (StreamSide b, StreamSide c) = await OpenAsync();
        using StreamSide first = b;
        using StreamSide second = c;
        foreach ((bool byB, Act act) in order.Steps)
        {
            (StreamSide actor, StreamSide other) = byB ? (b, c) : (c, b);
            await DoAsync(actor, act, size);
            await other.CaughtUpAsync(actor);
        }
    }

    private async Task RunAtOnceAsync(EndCase order, int size)
    {
        (StreamSide b, StreamSide c) = await OpenAsync();
        using StreamSide first = b;
        using StreamSide second = c;
        Dictionary<bool, Task> last = new() { [true] = Task.CompletedTask, [false] = Task.CompletedTask };
        foreach ((bool byB, Act act) in order.Steps)
        {
            last[byB] = ThenAsync(last[byB], byB ? b : c, act, size);
        }

        await Task.WhenAll(last.Values);
        if (!b.HasReset)
        {
            await b.CheckEndAsync(c);
        }

        if (!c.HasReset)
        {
            await c.CheckEndAsync(b);
        }

        static async Task ThenAsync(Task before, StreamSide side, Act act, int size)
        {
            await before;
            await DoAsync(side, act, size);
        }
    }

    private static Task DoAsync(StreamSide side, Act act, int size)
    {
        switch (act)
        {
            case Act.Send:
                return side.SendAsync(size);
            case Act.End:
                side.End();
                return Task.CompletedTask;
            default:
                return side.ResetAsync();
        }
    }

    private async Task<(StreamSide B, StreamSide C)> OpenAsync()
    {
        // One at a time, or one test's C would be another test's.
        await _opening.WaitAsync();
        RawSocket b;
        RawSocket c;
        try
        {
            (b, c) = await _route.OpenAsync();
        }
        finally
        {
            _opening.Release();
        }

        StreamSide first = new(b, "B", seed: 1);
        StreamSide second = new(c, "C", seed: 2);
        first.Start(second);
        second.Start(first);
        return (first, second);
    }
}
