using System.Globalization;
using Foolscap.Relay.Fuzz.Targets;

namespace Foolscap.Relay.Fuzz.Engine;

/// <summary>Runs that print what came of them; the result is the program's exit code.</summary>
internal static class FuzzReport
{
    /// <summary>Searches targets one after the other.</summary>
    public static async Task<int> SearchAsync(FuzzOptions options, IReadOnlyList<Func<FuzzTarget>> targets, TextWriter output)
    {
        output.WriteLine($"seed {options.Seed}");
        FuzzRunner runner = new(options, output);
        List<FuzzResult> results = [];
        foreach (Func<FuzzTarget> target in targets)
        {
            results.Add(await runner.RunAsync(target, options.Time / targets.Count));
        }

        WriteTable(results, output);
        return results.Any(result => result.Failure is not null) ? 1 : 0;
    }

    /// <summary>Feeds one file.</summary>
    public static async Task<int> ReplayAsync(FuzzOptions options, string path, string target, TextWriter output)
    {
        if (!TargetList.All.TryGetValue(target, out Func<FuzzTarget>? create))
        {
            output.WriteLine($"There is no target {target}; name one.");
            return 2;
        }

        byte[] input = Corpus.Load(path);
        FuzzFailure? failure = await new FuzzRunner(options, output).ReplayAsync(create, input);
        output.WriteLine(failure is null ? $"{target}: {Path.GetFileName(path)} breaks no rule" : $"{target}: {failure.Kind}: {failure.Message}");
        return failure is null ? 0 : 1;
    }

    private static void WriteTable(IReadOnlyList<FuzzResult> results, TextWriter output)
    {
        output.WriteLine($"{"target",-14}{"inputs",12}{"seconds",10}{"inputs/s",12}  finding");
        foreach (FuzzResult result in results)
        {
            Write(result.Target, result.Inputs, result.Time.TotalSeconds, result.Failure?.Kind.ToString() ?? "none");
        }

        Write("all", results.Sum(result => result.Inputs), results.Sum(result => result.Time.TotalSeconds), $"{results.Count(result => result.Failure is not null)}");

        void Write(string name, long inputs, double time, string finding) => output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{name,-14}{inputs,12}{time,10:0.0}{inputs / Math.Max(time, 0.001),12:0}  {finding}"));
    }
}
