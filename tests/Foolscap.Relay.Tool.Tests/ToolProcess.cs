using System.Diagnostics;
using System.Globalization;
using System.Text;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Tool.Tests;

/// <summary>What the program printed, and its exit code.</summary>
internal sealed record ToolResult(int ExitCode, string Output, string Error)
{
    public override string ToString() => $"exit code {ExitCode}\nstdout:\n{Output}\nstderr:\n{Error}";
}

/// <summary>The built program, or another one, as a process.</summary>
internal sealed class ToolProcess : IAsyncDisposable
{
    /// <summary>Far longer than any step takes on a busy machine.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly Lock _gate = new();
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();
    private readonly Task _reading;
    private TaskCompletionSource _more = NewSignal();

    private ToolProcess(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput, _output), ReadAsync(process.StandardError, _error));
    }

    /// <summary>The program's assembly, of the configuration that the tests were built in.</summary>
    public static string Assembly
    {
        get
        {
            DirectoryInfo framework = new(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
            return Repository.GetPath("src", "Foolscap.Relay.Tool", "bin", framework.Parent!.Name, framework.Name, "foolscap-relay.dll");
        }
    }

    /// <summary>Starts the program.</summary>
    public static ToolProcess Start(params IEnumerable<string> arguments) => StartWith(new Dictionary<string, string>(), arguments);

    /// <summary>Starts the program with variables in its environment.</summary>
    public static ToolProcess StartWith(IReadOnlyDictionary<string, string> environment, params IEnumerable<string> arguments) =>
        StartProgram("dotnet", environment, [Assembly, .. arguments]);

    /// <summary>Starts the program so that it hears Ctrl+C.</summary>
    public static ToolProcess StartInForeground(params IEnumerable<string> arguments) =>
        StartByPython("os.execvp(sys.argv[1], sys.argv[1:])", new Dictionary<string, string>(), arguments);

    /// <summary>Starts the program on a terminal of its own, where it hears Ctrl+C; what it writes there is its output.</summary>
    public static ToolProcess StartOnATerminal(IReadOnlyDictionary<string, string> environment, params IEnumerable<string> arguments) =>
        StartByPython("sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))", environment, arguments);

    /// <summary>Starts any program.</summary>
    public static ToolProcess StartProgram(string program, IReadOnlyDictionary<string, string> environment, params IEnumerable<string> arguments)
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

        // What the machine has set must not decide about a test.
        foreach (string name in start.Environment.Keys.Where(IsOurs).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        return new ToolProcess(Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start."));
    }

    /// <summary>Runs the program to its end, with nothing on its stdin.</summary>
    public static Task<ToolResult> RunAsync(params IEnumerable<string> arguments) => RunWithInputAsync("", arguments);

    /// <summary>Runs the program to its end.</summary>
    public static async Task<ToolResult> RunWithInputAsync(string input, params IEnumerable<string> arguments)
    {
        await using ToolProcess process = Start(arguments);
        await process._process.StandardInput.WriteAsync(input);
        process._process.StandardInput.Close();
        return await process.WaitForExitAsync();
    }

    /// <summary>Waits until it has printed a text, to stdout or stderr.</summary>
    /// <returns>The line that holds it.</returns>
    public Task<string> WaitForAsync(string text) => WaitForAsync(text, all => all.FirstOrDefault(line => line.Contains(text, StringComparison.Ordinal)));

    /// <summary>Waits for a line that fits.</summary>
    /// <param name="what">The line in words.</param>
    /// <param name="find">Looks for it among all lines.</param>
    public async Task<string> WaitForAsync(string what, Func<IEnumerable<string>, string?> find)
    {
        using CancellationTokenSource limit = new(Limit);
        while (true)
        {
            Task more;
            lock (_gate)
            {
                // Only whole lines: the end of the last one may still come.
                if (find($"{_output}\n{_error}".Split('\n')) is string line)
                {
                    return line;
                }

                if (_reading.IsCompleted)
                {
                    throw new InvalidOperationException($"It has ended without printing '{what}'.\n{_output}\n{_error}");
                }

                more = _more.Task;
            }

            try
            {
                await more.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"It has not printed '{what}' within {Limit.TotalSeconds:0} s.\n{_output}\n{_error}");
            }
        }
    }

    /// <summary>Gives it input.</summary>
    public async Task WriteAsync(string text)
    {
        await _process.StandardInput.WriteAsync(text);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Sends a signal, such as TERM.</summary>
    public async Task SignalAsync(string signal)
    {
        using Process kill = Process.Start("kill", [$"-{signal}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Sends SIGTERM, and waits for its end.</summary>
    public async Task<ToolResult> TerminateAsync()
    {
        await SignalAsync("TERM");
        return await WaitForExitAsync();
    }

    /// <summary>Waits for its end.</summary>
    public async Task<ToolResult> WaitForExitAsync()
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(Limit);
            await _reading.WaitAsync(Limit);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"It has not ended within {Limit.TotalSeconds:0} s.\n{_output}\n{_error}");
        }

        return new ToolResult(_process.ExitCode, _output.ToString(), _error.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static bool IsOurs(string variable) =>
        variable.StartsWith("FOOLSCAP_RELAY_", StringComparison.Ordinal) || variable.StartsWith("OTEL_", StringComparison.Ordinal)
        || variable is "NO_COLOR" or "JOURNAL_STREAM" or "NOTIFY_SOCKET";

    /// <summary>Has Python start the program; what a shell runs in the background, and so its children, would ignore Ctrl+C.</summary>
    private static ToolProcess StartByPython(string start, IReadOnlyDictionary<string, string> environment, IEnumerable<string> arguments) => StartProgram(
        "/usr/bin/python3",
        environment,
        ["-c", $"import os, pty, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); {start}", "dotnet", Assembly, .. arguments]);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task ReadAsync(StreamReader reader, StringBuilder into)
    {
        while (await reader.ReadLineAsync() is string line)
        {
            Add(into, line);
        }

        Add(into, null);
    }

    private void Add(StringBuilder into, string? line)
    {
        TaskCompletionSource more;
        lock (_gate)
        {
            if (line is not null)
            {
                into.Append(line).Append('\n');
            }

            (more, _more) = (_more, NewSignal());
        }

        more.SetResult();
    }
}
