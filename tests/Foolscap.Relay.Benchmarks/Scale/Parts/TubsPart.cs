using System.Diagnostics;
using System.Globalization;
using Foolscap.Furls;
using Foolscap.Relay.Benchmarks.Measuring;

namespace Foolscap.Relay.Benchmarks.Scale.Parts;

/// <summary>
/// All registered Tubs in one process. It is told how many, and says how many seconds it took; or when the relay began to
/// listen again, and says how they came back.
/// </summary>
internal static class TubsPart
{
    public static async Task RunAsync(Furl registrar, CancellationToken stopping)
    {
        await using IdleTubs tubs = new(registrar);
        while (await Console.In.ReadLineAsync(stopping) is string line)
        {
            if (line.StartsWith(PartCommand.Again, StringComparison.Ordinal))
            {
                long since = long.Parse(line[PartCommand.Again.Length..], CultureInfo.InvariantCulture);
                Console.WriteLine($"{PartCommand.Tubs} {await tubs.WaitUntilBackAsync(since)}");
                continue;
            }

            Stopwatch elapsed = Stopwatch.StartNew();
            await tubs.GrowAsync(int.Parse(line, CultureInfo.InvariantCulture));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{PartCommand.Tubs} {elapsed.Elapsed.TotalSeconds}"));
        }
    }
}
