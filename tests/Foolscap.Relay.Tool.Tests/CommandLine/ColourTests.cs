namespace Foolscap.Relay.Tool.Tests.CommandLine;

/// <summary>Colours on a terminal only, and not where NO_COLOR is set.</summary>
[Platform(Exclude = "Win", Reason = "The terminal is made by Python's pty.")]
internal sealed class ColourTests
{
    /// <summary>Runs a program on a terminal of its own; stdin is what is typed.</summary>
    private const string Furl = "pb://icd77yuhs7ehjqhp2zck34gx5g65tfb3@tcp:192.0.2.7:3457/swissnum";

    [TestCase("", true)]
    [TestCase("1", false)]
    public async Task Colours_OnATerminal_AreThereUnlessTheUserWantsNone(string noColor, bool expected)
    {
        Dictionary<string, string> environment = new() { ["TERM"] = "xterm-256color", ["NO_COLOR"] = noColor };
        await using ToolProcess process = ToolProcess.StartOnATerminal(environment, "furl", "parse", Furl);

        ToolResult result = await process.WaitForExitAsync();

        Assert.That(result.ExitCode, Is.Zero, result.ToString);
        Assert.That(result.Output, Does.Contain("icd77yuhs7ehjqhp2zck34gx5g65tfb3"));
        Assert.That(result.Output.Contains("\u001b[38;", StringComparison.Ordinal) || result.Output.Contains("\u001b[9", StringComparison.Ordinal), Is.EqualTo(expected), result.ToString);
    }

    [Test]
    public async Task Colours_InAPipe_AreNotThere()
    {
        await using ToolProcess process = ToolProcess.StartWith(
            new Dictionary<string, string> { ["TERM"] = "xterm-256color", ["GITHUB_ACTIONS"] = "true", ["CI"] = "true" }, "furl", "parse", Furl);

        Assert.That((await process.WaitForExitAsync()).Output, Does.Not.Contain("\u001b"));
    }
}
