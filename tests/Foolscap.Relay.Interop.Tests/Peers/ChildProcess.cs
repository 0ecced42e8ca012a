using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Foolscap.Relay.Interop.Tests.Peers;

/// <summary>
/// A program that a test has started. Its output is read as it comes, line by line, so that the program never stands
/// still; waits for a line fail with all that it has printed, also to stderr.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private readonly List<string> _all = [];
    private readonly StringBuilder _errors = new();
    private readonly Process _process;
    private readonly string _name;
    private readonly Task _reading;
    private TaskCompletionSource _more = NewSignal();
    private bool _finished;

    private ChildProcess(Process process, string name)
    {
        _process = process;
        _name = name;
        _reading = Task.WhenAll(ReadOutputAsync(), ReadErrorsAsync());
    }

    /// <summary>Starts a program.</summary>
    public static ChildProcess Start(string program, params IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = Utf8,
            StandardOutputEncoding = Utf8,
            StandardErrorEncoding = Utf8,
        };
        string name = string.Join(' ', start.ArgumentList.Select(Path.GetFileName).Prepend(Path.GetFileName(program)));
        return new ChildProcess(Process.Start(start) ?? throw new InvalidOperationException($"{name} did not start."), name);
    }

    /// <summary>All lines that it has printed.</summary>
    public IReadOnlyList<string> Output
    {
        get
        {
            lock (_gate)
            {
                return [.. _all];
            }
        }
    }

    public int ExitCode => _process.ExitCode;

    public int Id => _process.Id;

    /// <summary>Takes the first line that fits and has not been taken yet; waits until there is one.</summary>
    /// <param name="what">The line in words.</param>
    /// <param name="wanted">Whether a line fits.</param>
    /// <param name="isFatal">Whether a line means that no fitting one will come.</param>
    public async Task<string> TakeLineAsync(string what, Predicate<string> wanted, Predicate<string>? isFatal = null)
    {
        using CancellationTokenSource limit = new(Waiting.Limit);
        while (true)
        {
            Task more;
            lock (_gate)
            {
                int index = _lines.FindIndex(wanted);
                if (index >= 0)
                {
                    string line = _lines[index];
                    _lines.RemoveAt(index);
                    return line;
                }

                if (_finished || (isFatal is not null && _lines.Exists(isFatal)))
                {
                    throw new InvalidOperationException(DescribeMissing(what, "and it will not come"));
                }

                more = _more.Task;
            }

            try
            {
                await more.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException exception)
            {
                throw new TimeoutException(DescribeMissing(what, $"after {Waiting.Limit.TotalSeconds:0} s"), exception);
            }
        }
    }

    /// <summary>Writes a line to its stdin.</summary>
    public async Task TellAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Waits until it has ended by itself.</summary>
    /// <param name="within">The limit, for a program that works for long; <see cref="Waiting.Limit"/> if not given.</param>
    /// <returns>Its exit code.</returns>
    public async Task<int> WaitForExitAsync(TimeSpan? within = null)
    {
        TimeSpan most = within ?? Waiting.Limit;
        using CancellationTokenSource limit = new(most);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
            await _reading.WaitAsync(limit.Token);
        }
        catch (OperationCanceledException exception)
        {
            throw new TimeoutException(DescribeMissing("its end", $"after {most.TotalSeconds:0} s"), exception);
        }

        return _process.ExitCode;
    }

    /// <summary>Closes its stdin, which ends the Python peers, and waits for its end.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> CloseInputAsync()
    {
        _process.StandardInput.Close();
        return await WaitForExitAsync();
    }

    /// <summary>Sends SIGTERM and waits for its end.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> TerminateAsync()
    {
        using Process kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        return await WaitForExitAsync();
    }

    /// <summary>Ends it at once (SIGKILL), and waits for its end.</summary>
    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        await WaitForExitAsync();
    }

    /// <summary>What it has printed so far, for the message of a failing test.</summary>
    public string Describe()
    {
        lock (_gate)
        {
            return $"{_name} printed:\n{string.Join('\n', _all)}\nand to stderr:\n{_errors}";
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync(); // does nothing to one that has ended
        _process.Dispose();
    }

    private async Task ReadOutputAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is string line)
        {
            lock (_gate)
            {
                _lines.Add(line);
                _all.Add(line);
                Signal();
            }
        }

        lock (_gate)
        {
            _finished = true;
            Signal();
        }
    }

    private async Task ReadErrorsAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is string line)
        {
            lock (_gate)
            {
                _errors.AppendLine(line);
            }
        }
    }

    private void Signal()
    {
        _more.TrySetResult();
        _more = NewSignal();
    }

    private string DescribeMissing(string what, string when) => $"{_name} has not printed {what}, {when}.\n{Describe()}";

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
