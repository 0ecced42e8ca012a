using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Foolscap.Relay.Interop.Tests.Furls;

/// <summary>Asks Python Foolscap what it makes of FURLs, with one process for all of them.</summary>
internal static class FurlOracle
{
    private const string Python = "/usr/bin/python3";

    /// <summary>The verdicts in the order of the FURLs, null for each one that Foolscap refuses.</summary>
    public static async Task<IReadOnlyList<OracleVerdict?>> JudgeAsync(
        IEnumerable<string> furls, CancellationToken cancellationToken)
    {
        string script = Path.Combine(TestContext.CurrentContext.TestDirectory, "python", "furl_oracle.py");
        ProcessStartInfo start = new(Python)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        };
        start.ArgumentList.Add(script);

        using Process process = Process.Start(start) ?? throw new InvalidOperationException("Python did not start.");
        try
        {
            // All three at once: whichever pipe nobody serves fills up and stops the process.
            Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            Task<string> errors = process.StandardError.ReadToEndAsync(cancellationToken);
            Exception? writing = await WriteAsync(process.StandardInput, furls, cancellationToken);
            await Task.WhenAll(output, errors);
            await process.WaitForExitAsync(cancellationToken);

            if (process.ExitCode != 0 || writing is not null)
            {
                // Python's own words say more than the broken pipe that its end left behind.
                throw new InvalidOperationException(
                    $"{script} ended with {process.ExitCode}: {await errors}", writing);
            }

            return [.. (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Read)];
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    private static async Task<Exception?> WriteAsync(
        StreamWriter input, IEnumerable<string> furls, CancellationToken cancellationToken)
    {
        try
        {
            await using (input)
            {
                foreach (string furl in furls)
                {
                    await input.WriteLineAsync(JsonSerializer.Serialize(furl).AsMemory(), cancellationToken);
                }
            }

            return null;
        }
        catch (IOException exception)
        {
            return exception;
        }
    }

    private static OracleVerdict? Read(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement root = document.RootElement;
        return root.ValueKind == JsonValueKind.Null
            ? null
            : new OracleVerdict(
                Text(root, "tubid")!,
                Text(root, "name")!,
                [
                    .. root.GetProperty("hints").EnumerateArray().Select(
                        hint => new OracleHint(Text(hint, "text")!, Text(hint, "host"), Text(hint, "port"))),
                ]);
    }

    private static string? Text(JsonElement element, string property) => element.GetProperty(property).GetString();
}
