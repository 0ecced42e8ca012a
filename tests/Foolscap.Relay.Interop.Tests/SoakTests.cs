using System.Globalization;
using System.Runtime.Versioning;
using Foolscap.Relay.Interop.Tests.Peers;
using Foolscap.TestUtilities.Processes;

namespace Foolscap.Relay.Interop.Tests;

/// <summary>
/// The program of long runs, in short: that it works, and that relay and client, as programs, give back what each
/// connection took.
/// </summary>
[NonParallelizable] // It runs programs, and keeps them busy.
[SupportedOSPlatform("linux")] // /proc
internal sealed class SoakTests
{
    /// <summary>What an idle process may hold more than before: the runtime opens some things when it first needs them.</summary>
    private const int RuntimesOwn = 5;

    [Test]
    public async Task Soak_OfTenSeconds_EndsWellAndShowsItsFigures()
    {
        await using ChildProcess soak = Start("--minutes", "0.17", "--interval", "3", "--seed", "1");

        Assert.That(await soak.WaitForExitAsync(Waiting.ProgramLimit), Is.Zero, soak.Describe);
        Assert.That(soak.Output, Has.Some.EqualTo("seed 1"));
        Assert.That(soak.Output, Has.Some.Matches(@"^00:00:0\d  connections [1-9]\d*  transfers [1-9]\d*  bytes .+ errors 0 \| relay \d[\d.]* MB, own \d[\d.]* \d+ h \d+ t \| steady "), soak.Describe);
        foreach (string process in new[] { "relay", "steady", "cut", "killed", "steady-tub", "killed-tub" })
        {
            Assert.That(soak.Output, Has.Exactly(4).Matches($@"^{process}(\s+\d[\d.]*){{4}}"), $"memory, handles and threads of {process}");
        }

        Assert.That(soak.Output, Has.Some.EqualTo("verdict: good"));
    }

    [Test]
    public async Task TwoThousandConnections_LeaveNoHandleBehind()
    {
        await using ChildProcess soak = Start("--connections", "2000");

        Assert.That(await soak.WaitForExitAsync(Waiting.ProgramLimit), Is.Zero, soak.Describe);
        Assert.That(soak.Output, Has.Some.Matches(@"^ +2000 transfers of "), soak.Describe);
        foreach (string process in new[] { "relay", "client" })
        {
            int[] handles = ReadHandles(soak, process);
            Assert.That(handles[^1], Is.LessThanOrEqualTo(handles[0] + RuntimesOwn), $"handles of {process} before and after");
        }
    }

    private static ChildProcess Start(params IEnumerable<string> arguments) =>
        ChildProcess.Start("dotnet", [BuiltPrograms.FindInTests("Foolscap.Relay.Soak"), .. arguments]);

    /// <summary>A process's line of the table of handles: before the work, warm, at its end, and after it.</summary>
    private static int[] ReadHandles(ChildProcess soak, string process)
    {
        string line = soak.Output
            .SkipWhile(line => !line.StartsWith("handles ", StringComparison.Ordinal))
            .First(line => line.StartsWith($"{process} ", StringComparison.Ordinal));
        return [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(word => int.Parse(word, CultureInfo.InvariantCulture))];
    }
}
