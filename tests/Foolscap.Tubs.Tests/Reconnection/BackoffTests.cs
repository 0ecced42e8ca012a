using Foolscap.Tubs.Reconnection;

namespace Foolscap.Tubs.Tests.Reconnection;

internal sealed class BackoffTests
{
    private static readonly ReconnectorOptions Exact = new() { Jitter = 0 };

    [Test]
    public void AfterFailure_Waits_GrowToTheLongest()
    {
        Backoff backoff = new(Exact, new Random(1));

        Assert.That(
            Enumerable.Range(0, 8).Select(_ => backoff.AfterFailure().TotalSeconds), Is.EqualTo(new double[] { 1, 2, 4, 8, 16, 30, 30, 30 }));
    }

    [Test]
    public void AfterStableConnection_Waits_StartAfreshAndAtOnce()
    {
        Backoff backoff = new(Exact, new Random(1));
        backoff.AfterFailure();
        backoff.AfterFailure();

        Assert.That(
            new[] { backoff.AfterStableConnection().TotalSeconds, backoff.AfterFailure().TotalSeconds, backoff.AfterFailure().TotalSeconds },
            Is.EqualTo(new double[] { 0, 1, 2 }));
    }

    [Test]
    public void AfterFailure_Jitter_StaysInItsBoundsAndIsNeverTheSame()
    {
        ReconnectorOptions options = new() { InitialDelay = TimeSpan.FromSeconds(10), MaxDelay = TimeSpan.FromSeconds(10), Jitter = 0.2 };
        Backoff backoff = new(options, new Random(1));

        double[] waits = [.. Enumerable.Range(0, 1000).Select(_ => backoff.AfterFailure().TotalSeconds)];

        Assert.That(waits, Is.All.InRange(8, 12));
        Assert.That((waits.Min(), waits.Max()), Is.EqualTo((8.0, 12.0)).Using<(double, double)>((a, b) => Math.Abs(a.Item1 - b.Item1) < 0.1 && Math.Abs(a.Item2 - b.Item2) < 0.1));
    }

    [TestCase(0, 30, 2, 0.2, 30)]
    [TestCase(2, 1, 2, 0.2, 30)]
    [TestCase(1, 30, 0.9, 0.2, 30)]
    [TestCase(1, 30, 2, 1, 30)]
    [TestCase(1, 30, 2, -0.1, 30)]
    [TestCase(1, 30, 2, 0.2, -1)]
    public void Validate_OutOfRange_IsRefused(double initial, double longest, double factor, double jitter, double stable) =>
        Assert.That(
            () => new ReconnectorOptions
            {
                InitialDelay = TimeSpan.FromSeconds(initial),
                MaxDelay = TimeSpan.FromSeconds(longest),
                Factor = factor,
                Jitter = jitter,
                StableAfter = TimeSpan.FromSeconds(stable),
            }.Validate(),
            Throws.TypeOf<ArgumentOutOfRangeException>());
}
