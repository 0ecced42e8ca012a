using System.Text.Json;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Tool.Tests.CommandLine;

internal sealed class FurlCommandTests
{
    private const string Secret = "swissnum";
    private const string TubId = "icd77yuhs7ehjqhp2zck34gx5g65tfb3";
    private const string Furl = $"pb://{TubId}@tcp:192.0.2.7:3457,tcp:10.0.0.1:1,tor:x.onion:80/{Secret}";

    [Test]
    public async Task Parse_ShowsPartsAndDoubts_ButNotTheSecret()
    {
        ToolResult result = await ToolProcess.RunAsync("furl", "parse", Furl);

        Assert.That(result.ExitCode, Is.Zero, result.ToString);
        Assert.That(result.Output, Does.Contain(TubId).And.Contain("tcp:192.0.2.7:3457  (host 192.0.2.7, port 3457)").And.Not.Contain(Secret));
        Assert.That(result.Output, Does.Contain("tcp:10.0.0.1:1 can be reached in its own network only.").And.Contain("needs a caller that can connect by tor."));
    }

    [Test]
    public async Task Parse_FromStdinAsJson_IsOneDocument([Values] bool showName)
    {
        ToolResult result = await ToolProcess.RunWithInputAsync($"\n{Furl}\n", ["furl", "parse", "-", "--json", .. showName ? ["--show-name"] : Array.Empty<string>()]);

        Assert.That(result.ExitCode, Is.Zero, result.ToString);
        using JsonDocument document = JsonDocument.Parse(result.Output);
        JsonElement root = document.RootElement;
        Assert.That(root.GetProperty("tubId").GetString(), Is.EqualTo(TubId));
        Assert.That(root.GetProperty("hints").GetArrayLength(), Is.EqualTo(3));
        Assert.That(root.TryGetProperty("name", out _), Is.EqualTo(showName));
        Assert.That(root.GetProperty("nameLength").GetInt32(), Is.EqualTo(Secret.Length));
    }

    [Test]
    public async Task AddRelay_HintsAndFurls_ArePutWhereTheyAreWanted()
    {
        ToolResult result = await ToolProcess.RunAsync(
            "furl", "add-relay", Furl, "--relay", "tcp:one.example:7000", "-r", $"pb://{TubId}@tcp:two.example:7000/registrar", "--place", "only");

        Assert.That(result.ExitCode, Is.Zero, result.ToString);
        Assert.That(result.Output, Is.EqualTo($"pb://{TubId}@tcp:one.example:7000,tcp:two.example:7000/{Secret}\n"));
    }

    [Test]
    public async Task TubId_OfAPemFile_IsPrinted_AndOfNothingIsAnError()
    {
        using TestFolder folder = new();
        TubCertificate certificate = TestCertificates.Low;
        certificate.Save(folder["tub.pem"]);

        ToolResult found = await ToolProcess.RunAsync("furl", "tubid", folder["tub.pem"]);
        ToolResult missing = await ToolProcess.RunAsync("furl", "tubid", folder["other.pem"]);

        Assert.That((found.ExitCode, found.Output), Is.EqualTo((0, $"{certificate.TubId}\n")));
        Assert.That(missing.ExitCode, Is.EqualTo(ExitCodes.Failed));
        Assert.That(missing.Error, Does.Contain($"There is no file {folder["other.pem"]}."));
    }
}
