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

    public static async Task<RunningRelay> StartWithAsync(IReadOnlyDictionary<string, string> environment, params IEnumerable<string> arguments)
    {
        ToolProcess process = ToolProcess.StartWith(environment, ["serve", .. arguments]);
        return new RunningRelay(process, Furl.Parse(await process.WaitForAsync("a line with a FURL", lines => lines.FirstOrDefault(line => line.StartsWith("pb://", StringComparison.Ordinal)))));
    }

    public ValueTask DisposeAsync() => Process.DisposeAsync();
}
