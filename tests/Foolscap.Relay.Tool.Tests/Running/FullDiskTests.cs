using Foolscap.TestUtilities;

namespace Foolscap.Relay.Tool.Tests.Running;

/// <summary>What a part of the program cannot do ends it as a failure, and not as if it had been told to stop.</summary>
[Platform("Linux", Reason = "/dev/full is there only.")]
internal sealed class FullDiskTests
{
    [Test]
    public async Task Attach_OutputCannotBeWritten_SaysSoAndFails()
    {
        using TestFolder folder = new();
        TestCertificates.Low.Save(folder["tub.pem"]);
        await using RunningRelay relay = await RunningRelay.StartAsync(folder["relay"]);
        await using ToolProcess client = ToolProcess.StartProgram(
            "sh",
            new Dictionary<string, string>(),
            "-c", "exec \"$@\" > /dev/full", "sh", "dotnet", ToolProcess.Assembly, "attach",
            "--tub-pem", folder["tub.pem"], "--target", "127.0.0.1:9", "--relay", relay.Registrar.ToString());

        ToolResult result = await client.WaitForExitAsync();

        Assert.That(result.ExitCode, Is.EqualTo(ExitCodes.Failed), result.ToString);
        Assert.That(result.Error, Does.Contain("No space left on device"), result.ToString);
    }
}
