using Foolscap.Relay.Interop.Tests.Raw;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Interop.Tests;

/// <summary>How the ends of B's and C's connections pass through relay and client.</summary>
[NonParallelizable] // Beside MemoryTests its waits would be long.
[TestFixture(false)]
[TestFixture(true)]
internal sealed class StreamEndTests(bool direct)
{
    private RawRoute _route = null!;
    private RawSocket _b = null!;
    private RawSocket _c = null!;

    [SetUp]
    public async Task OpenStreamAsync()
    {
        _route = await RawRoute.StartAsync(direct: direct, time: PatientTimeProvider.Instance);
        (_b, _c) = await _route.OpenAsync();
    }

    [TearDown]
    public async Task CloseAsync()
    {
        _b?.Dispose();
        _c?.Dispose();
        await _route.DisposeAsync();
    }

    [TestCase(true, TestName = "HalfClose_OfBFirst_LeavesTheOtherDirectionOpen")]
    [TestCase(false, TestName = "HalfClose_OfCFirst_LeavesTheOtherDirectionOpen")]
    public async Task HalfClose_LeavesTheOtherDirectionOpen(bool bFirst)
    {
        (RawSocket first, RawSocket second) = GetOrder(bFirst);
        await first.SendPatternAsync(0, 200_000);
        first.End();
        Assert.That(await second.ReceiveToEndAsync(), Is.EqualTo(Pattern.Make(200_000)));

        for (int round = 0; round < 3; round++)
        {
            await second.SendPatternAsync(0, 100_000, seed: round);
            await first.ReceivePatternAsync(0, 100_000, seed: round);
        }

        second.End();
        Assert.That(await first.ReceiveToEndAsync(), Is.Empty);
    }

    [TestCase(true, TestName = "Reset_ByB_ArrivesAtCAsReset")]
    [TestCase(false, TestName = "Reset_ByC_ArrivesAtBAsReset")]
    public async Task Reset_ArrivesAsReset(bool byB)
    {
        (RawSocket first, RawSocket second) = GetOrder(byB);
        await second.SendAsync("something");
        await first.ReceiveExactlyAsync("something".Length);

        first.Reset();

        await second.ReceiveResetAsync();
    }

    [TestCase(true, TestName = "Reset_ByB_BehindAFullWindow_ArrivesAtCAsReset")]
    [TestCase(false, TestName = "Reset_ByC_BehindAFullWindow_ArrivesAtBAsReset")]
    public async Task Reset_BehindAFullWindow_ArrivesAsReset(bool byB)
    {
        const long Limit = 512 * 1024 * 1024;
        (RawSocket first, RawSocket second) = GetOrder(byB);
        Assert.That(await first.PushPatternAsync(Limit), Is.LessThan(Limit));

        first.Reset();

        await second.ReceiveResetAsync();
    }

    [Test]
    public async Task ClientEnds_StreamIsReset_OnBothEnds()
    {
        await _route.Client.DisposeAsync();

        await Task.WhenAll(_b.ReceiveResetAsync(), _c.ReceiveResetAsync());
    }

    private (RawSocket First, RawSocket Second) GetOrder(bool bFirst) => bFirst ? (_b, _c) : (_c, _b);
}
