namespace Foolscap.Relay.Tool.Tests.CommandLine;

internal sealed class HelpTests
{
    [TestCase("")]
    [TestCase("serve")]
    [TestCase("attach")]
    [TestCase("probe")]
    [TestCase("status")]
    [TestCase("check-config")]
    [TestCase("furl")]
    [TestCase("furl parse")]
    [TestCase("furl add-relay")]
    [TestCase("furl tubid")]
    public async Task Help_OfEachCommand_HasExamplesAndExitCodesAndNoColours(string command)
    {
        ToolResult result = await ToolProcess.RunAsync([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);

        Assert.That(result.ExitCode, Is.Zero, result.ToString);
        Assert.That(result.Error, Is.Empty);
        Assert.That(result.Output, Does.Contain($"foolscap-relay {command}".TrimEnd()).And.Contain("Usage:").And.Contain("Examples:").And.Contain("Exit codes:"));
        Assert.That(result.Output, Does.Not.Contain("\u001b"), "it is no terminal");
        Assert.That(result.Output.Split('\n').Select(line => line.Length), Is.All.LessThan(170));
    }

    [Test]
    public async Task Help_OfAllCommands_ShowsWhichArgumentsMayBeLeftOut()
    {
        ToolResult result = await ToolProcess.RunAsync("--help");

        Assert.That(result.Output, Does.Contain("\n  status [<ADDRESS>]  ").And.Contain("\n  check-config [<FILE>]  ").And.Contain("\n  probe <FURL>  "));
    }

    [Test]
    public async Task Version_IsOneLine()
    {
        ToolResult result = await ToolProcess.RunAsync("--version");

        Assert.That(result.ExitCode, Is.Zero);
        Assert.That(result.Output.Trim(), Does.Match(@"^\d+\.\d+\.\d+"));
    }
}
