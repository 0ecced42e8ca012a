using Foolscap.Relay.Interop.Tests.Raw;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Interop.Tests.StreamEnds;

/// <summary>Resets while bytes stand still on the way: everything that the resetting side's kernel got rid of arrives first.</summary>
[Platform("Linux")] // Only Linux tells what that is.
[NonParallelizable] // It pushes as much as goes.
[TestFixture(false)]
[TestFixture(true)]
internal sealed class ResetBehindBytesTests(bool direct)
{
    private const long Limit = 512 * 1024 * 1024;

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

    [TestCase(true, TestName = "Reset_OfB_WhileAllBuffersAreFull_CReadsEverythingAndThenTheReset")]
    [TestCase(false, TestName = "Reset_OfC_WhileAllBuffersAreFull_BReadsEverythingAndThenTheReset")]
    public async Task Reset_WhileAllBuffersAreFull_ComesBehindAllBytes(bool byB)
    {
        (RawSocket first, RawSocket second) = byB ? (_b, _c) : (_c, _b);
        long delivered = await PushAsync(first);

        first.Reset();

        await second.ReceivePatternAsync(0, delivered);
        await second.ReceiveResetAsync();
    }

    [TestCase(true, TestName = "Reset_OfB_NoticedByAWriteOfC_CReadsEverythingAndThenTheReset")]
    [TestCase(false, TestName = "Reset_OfC_NoticedByAWriteOfB_BReadsEverythingAndThenTheReset")]
    public async Task Reset_NoticedByAWrite_ComesBehindAllBytes(bool byB)
    {
        (RawSocket first, RawSocket second) = byB ? (_b, _c) : (_c, _b);
        long delivered = await PushAsync(first);

        first.Reset();
        await second.SendAsync("the answer");

        // This has reached the end at which the connection was reset when a second stream's answer has come back.
        (RawSocket b, RawSocket c) = await _route.OpenAsync();
        using RawSocket third = b;
        using RawSocket fourth = c;
        (RawSocket there, RawSocket back) = byB ? (c, b) : (b, c);
        await there.SendAsync("something");
        await back.ReceiveExactlyAsync("something".Length);

        await second.ReceivePatternAsync(0, delivered);
        await second.ReceiveResetAsync();
    }

    [TestCase(true, TestName = "Reset_OfB_WhichHasNotReadWhatCSent_ArrivesBehindItsBytes")]
    [TestCase(false, TestName = "Reset_OfC_WhichHasNotReadWhatBSent_ArrivesBehindItsBytes")]
    public async Task Reset_OwnInputUnread_ArrivesBehindItsBytes(bool byB)
    {
        (RawSocket first, RawSocket second) = byB ? (_b, _c) : (_c, _b);
        await second.SendPatternAsync(0, 100_000);
        await first.ReceiveExactlyAsync(1);
        await first.SendPatternAsync(0, 100_000, seed: 1);
        await first.DeliveredAsync();

        first.Reset();

        await second.ReceivePatternAsync(0, 100_000, seed: 1);
        await second.ReceiveResetAsync();
    }

    /// <returns>How many bytes the sender's kernel got rid of.</returns>
    private static async Task<long> PushAsync(RawSocket sender)
    {
        long pushed = await sender.PushPatternAsync(Limit);
        Assert.That(pushed, Is.LessThan(Limit));
        return pushed - sender.GetNotDelivered();
    }
}
