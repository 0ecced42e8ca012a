using System.Text.Json;

namespace Foolscap.Relay.Interop.Tests.Peers;

/// <summary>One of the programs in tests/python: JSON lines on its stdout, commands on its stdin.</summary>
internal sealed class PythonPeer : IAsyncDisposable
{
    public const string Interpreter = "/usr/bin/python3";

    private readonly ChildProcess _process;

    private PythonPeer(ChildProcess process) => _process = process;

    public static PythonPeer Start(string program, params IEnumerable<string> arguments) => new(ChildProcess.Start(
        Interpreter, [Path.Combine(TestContext.CurrentContext.TestDirectory, "python", program), .. arguments]));

    /// <summary>Takes the next event of a name; an event that tells of a failure ends the wait.</summary>
    public Task<JsonElement> TakeEventAsync(string name) =>
        TakeAsync($"the event '{name}'", line => TextOf(line, "event") == name, isFatal: line => TextOf(line, "event") is "failed" or "error");

    /// <summary>Takes the result of a step of caller_b.py, which must have succeeded, or failed if that is wanted.</summary>
    public async Task<JsonElement> TakeStepAsync(string step, bool ok = true)
    {
        JsonElement result = await TakeAsync(
            $"the step '{step}'", line => TextOf(line, "step") == step, isFatal: line => TextOf(line, "event") is "failed" or "error");
        Assert.That(result.GetProperty("ok").GetBoolean(), Is.EqualTo(ok), () => $"step {step} of B in Python: {TextOf(result, "detail")}\n{_process.Describe()}");
        return result;
    }

    public Task TellAsync(string command) => _process.TellAsync(command);

    /// <summary>Gives a command and takes the event that answers it.</summary>
    public async Task<JsonElement> AskAsync(string command, string answer)
    {
        await TellAsync(command);
        return await TakeEventAsync(answer);
    }

    /// <summary>Ends the program in an orderly way.</summary>
    public async Task StopAsync() =>
        Assert.That(await _process.CloseInputAsync(), Is.Zero, () => $"The exit code. {_process.Describe()}");

    public Task<int> WaitForExitAsync() => _process.WaitForExitAsync();

    /// <summary>Ends the program at once (SIGKILL).</summary>
    public Task KillAsync() => _process.KillAsync();

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private async Task<JsonElement> TakeAsync(string what, Predicate<JsonElement> wanted, Predicate<JsonElement> isFatal) =>
        Parse(await _process.TakeLineAsync(what, line => wanted(Parse(line)), line => isFatal(Parse(line))));

    private static JsonElement Parse(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        return document.RootElement.Clone();
    }

    private static string? TextOf(JsonElement line, string property) =>
        line.TryGetProperty(property, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
