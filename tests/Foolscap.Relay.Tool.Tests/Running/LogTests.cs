namespace Foolscap.Relay.Tool.Tests.Running;

internal sealed class LogTests
{
    [Test]
    public async Task Text_LevelsOfFiveLetters_StandApartFromTheCategory()
    {
        using TestFolder folder = new();
        await using RunningRelay relay = await RunningRelay.StartWithAsync(
            new Dictionary<string, string>(), "--folder", folder["relay"], "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--log-format", "text", "--log-level", "debug");

        // The relay's first probe of itself is a connection of its Tub.
        Assert.That(await relay.Process.WaitForAsync("tubs.tub: Connected to Tub"), Does.Contain(" debug tubs.tub: Connected to Tub"));
        ToolResult result = await relay.Process.TerminateAsync();
        Assert.That(result.Error, Does.Not.Contain("Press Ctrl+C").And.Not.Contain("Hosting environment"), "of its host it tells in its own words");
    }
}
