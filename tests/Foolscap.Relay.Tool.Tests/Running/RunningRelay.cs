using Foolscap.Furls;

namespace Foolscap.Relay.Tool.Tests.Running;

/// <summary><c>foolscap-relay serve</c> on free ports of loopback.</summary>
internal sealed class RunningRelay : IAsyncDisposable
{
    private RunningRelay(ToolProcess process, Furl registrar) => (Process, Registrar) = (process, registrar);

    public ToolProcess Process { get; }

    public Furl Registrar { get; }

    public string Hint => Registrar.Hints[0].ToString();

    public static Task<RunningRelay> StartAsync(string folder, params IEnumerable<string> moreArguments) =>
        StartWithAsync(new Dictionary<string, string>(), ["--folder", folder, "--listen", "127.0.0.1:0", "--admin", "off", .. moreArguments]);

    public static Task<RunningRelay> StartWithAsync(IReadOnlyDictionary<string, string> environment, params IEnumerable<string> arguments) =>
        WaitAsync(ToolProcess.StartWith(environment, ["serve", .. arguments]));

    /// <summary>One that hears Ctrl+C.</summary>
    public static Task<RunningRelay> StartInForegroundAsync(string folder, params IEnumerable<string> moreArguments) =>
        WaitAsync(ToolProcess.StartInForeground(["serve", "--folder", folder, "--listen", "127.0.0.1:0", "--admin", "off", .. moreArguments]));

    public ValueTask DisposeAsync() => Process.DisposeAsync();

    private static async Task<RunningRelay> WaitAsync(ToolProcess process)
    {
        return new RunningRelay(process, Furl.Parse(await process.WaitForAsync("a line with a FURL", lines => lines.FirstOrDefault(line => line.StartsWith("pb://", StringComparison.Ordinal)))));
    }
}
