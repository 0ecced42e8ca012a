using System.Text.Json;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Tool.Tests.Running;

/// <summary>A relay, the client of a Python Tub in the folder of a Tahoe-LAFS node, and a probe: all of them this program.</summary>
internal sealed class EndToEndTests
{
    [Test]
    public async Task ServeAttachProbe_PythonTub_IsReachedAndAllStopInOrder()
    {
        using TestFolder folder = new();
        folder.Write("node/private/empty", "");
        TestCertificates.Low.Save(folder["node/private/node.pem"]);
        await using PythonTub tub = await PythonTub.StartAsync(folder["node/private/node.pem"]);
        folder.Write("node/tahoe.cfg", $"[node]\ntub.port = tcp:{tub.Port}:interface=127.0.0.1\ntub.location = AUTO\n");
        await using RunningRelay relay = await RunningRelay.StartAsync(folder["relay"]);

        ToolResult before = await ToolProcess.RunAsync("probe", tub.Furl, "--hint", relay.Hint);
        Assert.That(before.ExitCode, Is.EqualTo(ExitCodes.Failed), before.ToString);
        Assert.That(before.Output, Does.Match(@"--\s+request.*404 Not Found: unknown TubID").And.Contain("Is 'foolscap-relay attach'"));

        await using ToolProcess client = ToolProcess.Start("attach", "--tahoe", folder["node"], "--relay-file", folder["relay/registrar.furl"]);
        Assert.That(await client.WaitForAsync("attached: "), Is.EqualTo($"attached: {relay.Hint}"));
        Assert.That(await client.WaitForAsync("tub.location = "), Is.EqualTo($"tub.location = {relay.Hint}"));
        await AssertReachedAsync(tub, relay);

        ToolResult partly = await ToolProcess.RunAsync("probe", $"{tub.Furl}x", "--hint", relay.Hint, "--hint", "tcp:127.0.0.1:9", "--no-object");
        Assert.That(partly.ExitCode, Is.EqualTo(ExitCodes.Partly), partly.ToString);
        Assert.That(partly.Output, Does.Match(@"--\s+connect").And.Contain("nothing listens on its port 9").And.Contain("1 of 2 hints lead to the Tub."));

        ToolResult wrongName = await ToolProcess.RunAsync("probe", $"{tub.Furl}x", "--hint", relay.Hint);
        Assert.That(wrongName.ExitCode, Is.EqualTo(ExitCodes.Failed), wrongName.ToString);
        Assert.That(wrongName.Output, Does.Match(@"--\s+object").And.Contain("the network, the relay and the attachment work"));

        Assert.That((await client.TerminateAsync()).ExitCode, Is.Zero);
        ToolResult ended = await relay.Process.TerminateAsync();
        Assert.That(ended.ExitCode, Is.Zero, ended.ToString);
        Assert.That(ended.Output, Is.EqualTo($"{relay.Registrar}\n"), "nothing but the FURL goes to stdout");
    }

    [Test]
    public async Task Attach_SecondTubBehindTheTarget_IsToldByTheProbe()
    {
        using TestFolder folder = new();
        TestCertificates.Low.Save(folder["mine.pem"]);
        TestCertificates.High.Save(folder["other.pem"]);
        await using PythonTub other = await PythonTub.StartAsync(folder["other.pem"]);
        await using RunningRelay relay = await RunningRelay.StartAsync(folder["relay"]);
        await using ToolProcess client = ToolProcess.Start(
            "attach", "--tub-pem", folder["mine.pem"], "--target", $"127.0.0.1:{other.Port}", "--relay-file", folder["relay/registrar.furl"]);
        await client.WaitForAsync("attached: ");

        ToolResult result = await ToolProcess.RunAsync("probe", TestCertificates.Low.TubId.ToString(), "--hint", relay.Hint);

        // Python Foolscap refuses a request for a TubID that is not its own.
        Assert.That(result.ExitCode, Is.EqualTo(ExitCodes.Failed), result.ToString);
        Assert.That(result.Output, Does.Match(@"--\s+request.*500").And.Contain("--target leads to another Tub's port"));
    }

    [Test]
    public async Task Serve_PortThatIsTaken_SaysWhich()
    {
        using TestFolder folder = new();
        await using RunningRelay relay = await RunningRelay.StartAsync(folder["one"]);
        relay.Registrar.Hints[0].TryGetTcpEndpoint(out _, out int port);

        ToolResult result = await ToolProcess.RunAsync("serve", "--folder", folder["two"], "--listen", $"127.0.0.1:{port}", "--admin", "off");

        Assert.That(result.ExitCode, Is.EqualTo(ExitCodes.Failed), result.ToString);
        Assert.That(result.Error, Does.Contain($"127.0.0.1:{port}").And.Contain("Relay:Listen").And.Contain("choose another port with --listen"));
    }

    private static async Task AssertReachedAsync(PythonTub tub, RunningRelay relay)
    {
        ToolResult text = await ToolProcess.RunAsync("probe", tub.Furl, "--hint", relay.Hint);
        Assert.That(text.ExitCode, Is.Zero, text.ToString);
        Assert.That(text.Output, Does.Not.Contain(tub.Furl).And.Contain("The hint leads to the object.").And.Not.Contain("\u001b"));

        ToolResult result = await ToolProcess.RunAsync("probe", tub.Furl, "--hint", relay.Hint, "--json");
        Assert.That(result.ExitCode, Is.Zero, result.ToString);
        using JsonDocument document = JsonDocument.Parse(result.Output);
        JsonElement hint = document.RootElement.GetProperty("hints")[0];
        Assert.That(hint.GetProperty("ok").GetBoolean(), Is.True);
        Assert.That(
            hint.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("name").GetString()),
            Is.EqualTo(new[] { "resolve", "connect", "request", "tls", "negotiate", "object" }));
    }
}
