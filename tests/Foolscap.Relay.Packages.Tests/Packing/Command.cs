using System.Diagnostics;
using System.Text;

namespace Foolscap.Relay.Packages.Tests.Packing;

/// <summary>Runs programs to their end, and fails with all that they have printed.</summary>
internal static class Command
{
    /// <summary>Far longer than the slowest of them takes on a busy machine.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);

    /// <summary>Some children of a build outlive it, and hold its output open.</summary>
    private static readonly TimeSpan OutputLimit = TimeSpan.FromSeconds(5);

    private static readonly string[] Foreign = ["MSBUILD", "GIT_"];

    /// <summary>Runs a command of the SDK.</summary>
    public static Task<string> DotnetAsync(string folder, params IEnumerable<string> arguments) => RunAsync("dotnet", folder, arguments);

    /// <summary>Runs git.</summary>
    public static Task<string> GitAsync(string folder, params IEnumerable<string> arguments) => RunAsync(
        "git", folder, ["-c", "user.name=test", "-c", "user.email=test@localhost", "-c", "core.autocrlf=false", "-c", "commit.gpgsign=false", .. arguments]);

    /// <summary>Runs a program.</summary>
    /// <param name="program">The program.</param>
    /// <param name="folder">Where it runs.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <returns>What it has printed, to stderr, too.</returns>
    /// <exception cref="InvalidOperationException">It has failed.</exception>
    public static async Task<string> RunAsync(string program, string folder, IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        Isolate(start.Environment);
        string line = $"{Path.GetFileName(program)} {string.Join(' ', start.ArgumentList)}";
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{line} did not start.");
        StringBuilder output = new();
        Task reading = Task.WhenAll(ReadAsync(process.StandardOutput, output), ReadAsync(process.StandardError, output));
        using CancellationTokenSource limit = new(Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{line} has not ended within {Limit.TotalMinutes:0} minutes. It printed:\n{Take(output)}");
        }

        await reading.WaitAsync(OutputLimit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return process.ExitCode == 0
            ? Take(output)
            : throw new InvalidOperationException($"{line} has ended with code {process.ExitCode}. It printed:\n{Take(output)}");
    }

    /// <summary>
    /// A build in a build must not take over its properties, nor leave processes behind that hold its output; and what git is
    /// told when it runs the tests itself (in a hook) is not for another repository.
    /// </summary>
    private static void Isolate(IDictionary<string, string?> environment)
    {
        foreach (string name in environment.Keys.Where(name => Foreign.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))).ToList())
        {
            environment.Remove(name);
        }

        environment["MSBUILDDISABLENODEREUSE"] = "1";
        environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        environment["DOTNET_NOLOGO"] = "1";
        environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
    }

    private static async Task ReadAsync(StreamReader reader, StringBuilder output)
    {
        while (await reader.ReadLineAsync() is string line)
        {
            lock (output)
            {
                output.AppendLine(line);
            }
        }
    }

    private static string Take(StringBuilder output)
    {
        lock (output)
        {
            return output.ToString();
        }
    }
}
