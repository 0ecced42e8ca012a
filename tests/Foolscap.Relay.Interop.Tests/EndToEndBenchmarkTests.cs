using Foolscap.Relay.Interop.Tests.Peers;
using Foolscap.TestUtilities.Processes;

namespace Foolscap.Relay.Interop.Tests;

/// <summary>The benchmark that the README shows, in short: that it works, and that its table is whole.</summary>
[NonParallelizable] // It runs programs, and keeps them busy.
internal sealed class EndToEndBenchmarkTests
{
    /// <summary>The lines of the table that compare with plain TCP: what is measured, and its unit.</summary>
    private static readonly (string Title, string Unit)[] Compared =
    [
        ("throughput to the Tub, 1 stream", "MB/s"),
        ("throughput from the Tub, 1 stream", "MB/s"),
        ("throughput to the Tub, 8 streams", "MB/s"),
        ("throughput from the Tub, 8 streams", "MB/s"),
        ("round trip of a byte, p50", "µs"),
        ("round trip of a byte, p99", "µs"),
        ("the same beside 4 streams of 10 MB/s, p50", "µs"),
        ("the same beside 4 streams of 10 MB/s, p99", "µs"),
        ("connections, one at a time", "per s"),
        ("connections, 16 at a time", "per s"),
        ("round trip of a byte, 20 ms away, p50", "ms"),
        ("connection and its first byte, 20 ms away, p50", "ms"),
        ("throughput to the Tub, 20 ms away", "MB/s"),
        ("throughput from the Tub, 20 ms away", "MB/s"),
    ];

    /// <summary>Those that plain TCP has nothing beside.</summary>
    private static readonly (string Title, string Unit)[] Alone =
    [
        ("memory of relay and client, per idle stream", "KiB"),
        ("memory of the relay, per registered Tub", "KiB"),
        ("processor time of relay and client, up", "s/GB"),
    ];

    [Test]
    public async Task EndToEnd_InItsShortestForm_PrintsEveryLineOfItsTable()
    {
        await using ChildProcess benchmark = ChildProcess.Start(
            "dotnet",
            BuiltPrograms.FindInTests("Foolscap.Relay.Benchmarks"),
            "end-to-end", "--seconds", "0.1", "--rounds", "1", "--delay", "20", "--idle-streams", "20", "--idle-tubs", "5");

        Assert.That(await benchmark.WaitForExitAsync(Waiting.ProgramLimit), Is.Zero, benchmark.Describe);
        Assert.That(benchmark.Output, Has.Some.Matches("^[0-9.]+ GB went through; every byte was compared at its far end.$"), benchmark.Describe);
        foreach ((string title, string unit) in Compared)
        {
            Assert.That(benchmark.Output, Has.One.Matches($@"^{title} +{unit} +[0-9,.]+ +[0-9,.]+ +\S+"), benchmark.Describe);
        }

        foreach ((string title, string unit) in Alone)
        {
            Assert.That(benchmark.Output, Has.One.Matches($@"^{title} +{unit} +- +\S+ +-"), benchmark.Describe);
        }
    }
}
