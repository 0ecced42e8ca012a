using Foolscap.TestUtilities;

namespace Foolscap.Relay.Tool.Tests.Terminal;

/// <summary>What somebody reads who has started it by hand: everything once.</summary>
[Platform(Exclude = "Win", Reason = "The terminal is made by Python's pty.")]
internal sealed class TerminalTests
{
    private const string CtrlC = "\u0003";

    [Test]
    public async Task ServeAndAttach_OnATerminal_SayEverythingOnce()
    {
        using TestFolder folder = new();
        TestCertificates.Low.Save(folder["tub.pem"]);
        await using ToolProcess relay = Start("serve", "--folder", folder["relay"], "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0");
        await relay.WaitForAsync("Status page, metrics and health: ");
        string hint = (await relay.WaitForAsync("Others reach the relay at ")).Split(' ')[^1].TrimEnd('\r');
        await using ToolProcess client = Start(
            "attach", "--tub-pem", folder["tub.pem"], "--target", "127.0.0.1:9", "--relay-file", folder["relay/registrar.furl"]);
        await client.WaitForAsync("To see whether callers get through: ");

        ToolResult attached = await EndAsync(client);
        ToolResult served = await EndAsync(relay);

        Assert.That(attached.Output, Does.Contain($"attached: {hint}").And.Not.Contain("registered with relay"), attached.ToString);
        Assert.That(Lines(served, "Listening on "), Is.EqualTo(1), served.ToString);
        Assert.That(Lines(served, "registrar.furl"), Is.EqualTo(1), served.ToString);
        Assert.That(Lines(served, "Status page"), Is.EqualTo(1), served.ToString);
    }

    [Test]
    public async Task Serve_OnATerminalWithoutAnyLog_SaysWhereItIs()
    {
        using TestFolder folder = new();
        await using ToolProcess relay = Start("serve", "--folder", folder["relay"], "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--log-level", "none");
        await relay.WaitForAsync("Status page, metrics and health: ");

        ToolResult result = await EndAsync(relay);

        Assert.That(result.Output, Does.Contain(folder["relay/registrar.furl"]).And.Contain("Listening on ").And.Contain("Others reach the relay at "));
    }

    private static int Lines(ToolResult result, string text) => result.Output.Split('\n').Count(line => line.Contains(text, StringComparison.Ordinal));

    private static ToolProcess Start(params IEnumerable<string> arguments) => ToolProcess.StartOnATerminal(
        new Dictionary<string, string> { ["TERM"] = "xterm-256color", ["NO_COLOR"] = "1" }, arguments);

    private static async Task<ToolResult> EndAsync(ToolProcess process)
    {
        await process.WriteAsync(CtrlC);
        ToolResult result = await process.WaitForExitAsync();
        Assert.That(result.ExitCode, Is.Zero, result.ToString);
        return result;
    }
}
