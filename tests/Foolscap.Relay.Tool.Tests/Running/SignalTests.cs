using Foolscap.TestUtilities;

namespace Foolscap.Relay.Tool.Tests.Running;

/// <summary>The first signal drains, the second one ends the drain.</summary>
[Platform(Exclude = "Win", Reason = "There are no signals.")]
internal sealed class SignalTests
{
    [Test]
    public async Task Attach_CtrlC_EndsItInOrder()
    {
        using TestFolder folder = new();
        TestCertificates.Low.Save(folder["tub.pem"]);
        await using ToolProcess client = ToolProcess.StartInForeground(
            "attach", "--tub-pem", folder["tub.pem"], "--target", "127.0.0.1:9", "--relay", $"pb://{TestCertificates.High.TubId}@tcp:127.0.0.1:9/swissnum");
        await client.WaitForAsync("Nothing listens at 127.0.0.1:9");

        await client.SignalAsync("INT");
        ToolResult result = await client.WaitForExitAsync();

        Assert.That(result.ExitCode, Is.Zero, result.ToString);
        Assert.That(result.Error, Does.Contain("has stopped; no relay had registered it.").And.Not.Contain("swissnum"));
    }

    [TestCase("INT", "INT")]
    [TestCase("TERM", "TERM")]
    public async Task Serve_SignalledTwiceWhileItRelays_DrainsAndThenEndsAtOnce(string first, string second)
    {
        await using Relayed relayed = await Relayed.StartAsync("--drain", "10m");

        await relayed.Relay.Process.SignalAsync(first);
        await relayed.Relay.Process.WaitForAsync("\"name\":\"DrainStarted\"");
        await relayed.AssertGoesOnAsync();
        await relayed.Relay.Process.SignalAsync(second);
        ToolResult result = await relayed.Relay.Process.WaitForExitAsync();

        Assert.That(result.ExitCode, Is.EqualTo(ExitCodes.Interrupted), result.ToString);
        Assert.That(result.Error, Does.Contain("connections that were aborted: 1."));
    }

    // Without a file there is nothing that SIGHUP could mean but that the terminal has gone.
    [TestCase("INT")]
    [TestCase("HUP")]
    public async Task Serve_SignalledOnceWhileItRelays_EndsWithTheStream(string signal)
    {
        await using Relayed relayed = await Relayed.StartAsync("--drain", "10m");

        await relayed.Relay.Process.SignalAsync(signal);
        await relayed.Relay.Process.WaitForAsync("\"name\":\"DrainStarted\"");
        await relayed.AssertGoesOnAsync();
        await relayed.EndStreamAsync();
        ToolResult result = await relayed.Relay.Process.WaitForExitAsync();

        Assert.That(result.ExitCode, Is.Zero, result.ToString);
        Assert.That(result.Error, Does.Contain("connections that were aborted: 0."));
    }
}
