namespace Foolscap.Relay.Tool.Tests.CommandLine;

/// <summary>A wrong command line is told on stderr: what is wrong, where the help is, and never a FURL.</summary>
internal sealed class UsageErrorTests
{
    private const string Secret = "swissnum";
    private const string Furl = $"pb://icd77yuhs7ehjqhp2zck34gx5g65tfb3@tcp:192.0.2.7:3457/{Secret}";

    [TestCase("", "A command is missing: one of serve, attach, probe, status, check-config, furl.", "foolscap-relay --help")]
    [TestCase("serv", "There is no command 'serv'. Did you mean 'serve'?", "foolscap-relay --help")]
    [TestCase("probe", "<FURL> is missing.", "foolscap-relay probe --help")]
    [TestCase("probe FURL --jsn", "There is no option '--jsn'. Did you mean '--json'?", "foolscap-relay probe --help")]
    [TestCase("probe FURL FURL", "There is one argument too many: 'pb://(hidden)'.", "foolscap-relay probe --help")]
    [TestCase("probe FURL --timeout soon", "--timeout is wrong. 'soon' is no number of seconds from 0.001 to 600.", "foolscap-relay probe --help")]
    [TestCase("probe FURL --hint a/b", "--hint is wrong. Not a connection hint", "foolscap-relay probe --help")]
    [TestCase("furl parse pb://x/swissnum", "<FURL> is wrong. Not a FURL", "foolscap-relay furl parse --help")]
    [TestCase("furl add-relay FURL", "Option '--relay' is required.", "foolscap-relay furl add-relay --help")]
    [TestCase("furl add-relay FURL -r tcp:a:99999", "--relay is wrong. 'tcp:a:99999' is no address that Foolscap can connect to", "foolscap-relay furl add-relay --help")]
    [TestCase("furl add-relay FURL -r relay.example.org", "--relay is wrong. 'relay.example.org' is no address that Foolscap can connect to", "foolscap-relay furl add-relay --help")]
    [TestCase("furl add-relay FURL -r tcp:a:1 --place middle", "--place is wrong. 'middle' is neither first nor last nor only.", "foolscap-relay furl add-relay --help")]
    [TestCase("serve --set Relay", "--set is wrong. It must be KEY=VALUE", "foolscap-relay serve --help")]
    [TestCase("status ftp://x", "<ADDRESS> is wrong. 'ftp://x' is no address", "foolscap-relay status --help")]
    public async Task CommandLine_Wrong_IsToldShortly(string arguments, string expected, string help)
    {
        ToolResult result = await ToolProcess.RunAsync(
            arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(argument => argument == "FURL" ? Furl : argument));

        Assert.That(result.ExitCode, Is.EqualTo(ExitCodes.Usage), result.ToString);
        Assert.That(result.Error, Does.Contain($"foolscap-relay: {expected}"), result.ToString);
        Assert.That(result.Error, Does.Contain($"Try '{help}'.").And.Not.Contain(Secret));
        Assert.That(result.Output, Is.Empty);
    }

    [TestCase("probe")]
    [TestCase("furl parse")]
    [TestCase("furl add-relay -r tcp:a:1")]
    public async Task Furl_IsTheNameOfAFile_SaysHowToReadIt(string command)
    {
        using TestFolder folder = new();
        string file = folder.Write("storage.furl", Furl);

        ToolResult result = await ToolProcess.RunAsync([.. command.Split(' '), file]);

        Assert.That(result.ExitCode, Is.EqualTo(ExitCodes.Usage), result.ToString);
        Assert.That(result.Error, Does.Contain($"{file} is a file: to read the FURL from it, give '-', and at the end '< {file}'.").And.Not.Contain(Secret));
    }

    [Test]
    public async Task Probe_TubIdWithoutHint_SaysWhatIsMissing()
    {
        ToolResult result = await ToolProcess.RunAsync("probe", "icd77yuhs7ehjqhp2zck34gx5g65tfb3");

        Assert.That(result.ExitCode, Is.EqualTo(ExitCodes.Usage), result.ToString);
        Assert.That(result.Error, Does.Contain("There is no hint in").And.Contain("--hint tcp:HOST:PORT"));
    }
}
