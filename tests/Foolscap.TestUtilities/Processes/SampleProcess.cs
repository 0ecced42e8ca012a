using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;

namespace Foolscap.TestUtilities.Processes;

/// <summary>A built program that runs. Of what it prints, only the last lines are kept.</summary>
public sealed class SampleProcess : IAsyncDisposable
{
    private const int KeptLines = 200;

    private readonly string _name;
    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateBounded<string>(new BoundedChannelOptions(KeptLines) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly Task _reading;
    private volatile string _lastError = "";

    private SampleProcess(string name, Process process)
    {
        _name = name;
        _process = process;
        Id = process.Id;
        _reading = Task.WhenAll(ReadOutputAsync(), ReadErrorsAsync());
    }

    public int Id { get; }

    /// <summary>Starts a built program.</summary>
    public static SampleProcess Start(string assembly, params IEnumerable<string> arguments) =>
        Start(Path.GetFileNameWithoutExtension(assembly), new ProcessStartInfo("dotnet", [assembly, .. arguments]));

    /// <summary>Starts a program that needs no installed runtime.</summary>
    public static SampleProcess StartProgram(string path, params IEnumerable<string> arguments) =>
        Start(Path.GetFileNameWithoutExtension(path), new ProcessStartInfo(path, arguments));

    /// <summary>Takes the next line that begins with a text; waits until there is one.</summary>
    /// <exception cref="TimeoutException">There was none in time.</exception>
    /// <exception cref="InvalidOperationException">There will be none, for the program has ended.</exception>
    public async Task<string> ReadLineAsync(string beginning, TimeSpan limit)
    {
        using CancellationTokenSource timeout = new(limit);
        try
        {
            await foreach (string line in _lines.Reader.ReadAllAsync(timeout.Token))
            {
                if (line.StartsWith(beginning, StringComparison.Ordinal))
                {
                    return line;
                }
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{_name} has not printed '{beginning}' within {limit.TotalSeconds:0} s. To stderr it printed last: {_lastError}");
        }

        await _reading.WaitAsync(ProcessDeadlines.Process); // Its stderr may end after its stdout.
        throw new InvalidOperationException($"{_name} has ended and not printed '{beginning}'. To stderr it printed last: {_lastError}");
    }

    /// <summary>Writes a line to its stdin.</summary>
    public async Task TellAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Sends SIGKILL, and waits for its end.</summary>
    public Task KillAsync()
    {
        _process.Kill();
        return WaitForExitAsync();
    }

    /// <summary>Sends SIGTERM, and waits for its end.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> TerminateAsync()
    {
        using Process kill = Process.Start("kill", ["-TERM", Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        await WaitForExitAsync();
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private async Task WaitForExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(ProcessDeadlines.Process);
        await _reading.WaitAsync(ProcessDeadlines.Process);
    }

    private static SampleProcess Start(string name, ProcessStartInfo start)
    {
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
        return new SampleProcess(name, Process.Start(start) ?? throw new InvalidOperationException($"{name} did not start."));
    }

    private async Task ReadOutputAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is string line)
        {
            _lines.Writer.TryWrite(line);
        }

        _lines.Writer.Complete();
    }

    private async Task ReadErrorsAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is string line)
        {
            _lastError = line;
        }
    }
}
