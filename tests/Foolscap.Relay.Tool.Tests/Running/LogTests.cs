namespace Foolscap.Relay.Tool.Tests.Running;

internal sealed class LogTests
{
    [Test]
    public async Task Text_LevelsOfFiveLetters_StandApartFromTheCategory()
    {
        using TestFolder folder = new();
        await using RunningRelay relay = await RunningRelay.StartAsync(folder["relay"], "--log-format", "text", "--log-level", "debug");

        // The relay's first probe of itself is a connection of its Tub.
        Assert.That(await relay.Process.WaitForAsync("tubs.tub: Connected to Tub"), Does.Contain(" debug tubs.tub: Connected to Tub"));
    }
}
