using System.Text.Json;

namespace Foolscap.Relay.Tool.Tests.Configuration;

internal sealed class CheckConfigTests
{
    private const string Faulty = """
        {
          "Relay": {
            "Folder": "relay", "Listen": [ "0.0.0.0:7000", "nowhere" ], "Hints": [ "tcp:relay.example.org:7000" ],
            "Drain": "5", "Limits": { "MaxStreams": 0, "MaxStreem": 7 }
          },
          "Log": { "Format": "xml" },
          "Extra": true
        }
        """;

    [Test]
    public async Task CheckConfig_ManyFaults_TellsAllOfThemAtOnce()
    {
        using TestFolder folder = new();
        string file = folder.Write("relay.json", Faulty);

        ToolResult result = await ToolProcess.RunAsync("check-config", file);

        Assert.That(result.ExitCode, Is.EqualTo(ExitCodes.Configuration), result.ToString);
        Assert.That(result.Output, Is.Empty);
        Assert.That(result.Error, Does.Contain($"{file} has 6 faults:"));
        foreach (string key in new[] { "Relay:Listen:1 = \"nowhere\"", "Relay:Drain = \"5\"", "Relay:Limits:MaxStreams = \"0\"", "Relay:Limits:MaxStreem", "Log:Format = \"xml\"", "Extra" })
        {
            Assert.That(result.Error, Does.Contain($"  {key} "));
        }
    }

    [Test]
    public async Task CheckConfig_AsJson_HasTheSameFaults()
    {
        using TestFolder folder = new();

        ToolResult result = await ToolProcess.RunAsync("check-config", folder.Write("relay.json", Faulty), "--json");

        Assert.That(result.ExitCode, Is.EqualTo(ExitCodes.Configuration), result.ToString);
        using JsonDocument document = JsonDocument.Parse(result.Output);
        Assert.That(document.RootElement.GetProperty("ok").GetBoolean(), Is.False);
        Assert.That(document.RootElement.GetProperty("faults").GetArrayLength(), Is.EqualTo(6));
    }

    [Test]
    public async Task CheckConfig_NoFault_SaysWhatItIsFor()
    {
        using TestFolder folder = new();

        ToolResult result = await ToolProcess.RunAsync(
            "check-config", folder.Write("relay.json", """{ "Relay": { "Folder": "r", "Listen": "127.0.0.1:7000" } }"""));

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((0, "")), result.ToString);
        Assert.That(result.Output, Does.Contain("has no faults, and is for 'serve'."));
        Assert.That(Directory.Exists(folder["r"]), Is.False, "nothing is made");
    }

    [TestCase("")]
    [TestCase("\"Listen\": \"off\", ")]
    public async Task CheckConfig_AdminWithoutAnAddress_HasItsFaultsToldAll(string listen)
    {
        using TestFolder folder = new();
        string file = folder.Write("relay.json", $$"""{ "Relay": { "Folder": "r", "Listen": "127.0.0.1:7000" }, "Admin": { {{listen}}"Token": "short", "Tokn": "x" } }""");

        ToolResult result = await ToolProcess.RunAsync("check-config", file);

        Assert.That(result.ExitCode, Is.EqualTo(ExitCodes.Configuration), result.ToString);
        Assert.That(result.Error, Does.Contain("has 2 faults").And.Contain("Admin:Token has 5 characters").And.Contain("Admin:Tokn is no key"));
    }

    [TestCase("{ \"Relay\": ", "is no JSON from line 1 on")]
    [TestCase(null, "There is no configuration file")]
    public async Task CheckConfig_NoReadableFile_IsAFault(string? content, string expected)
    {
        using TestFolder folder = new();
        string file = content is null ? folder["relay.json"] : folder.Write("relay.json", content);

        ToolResult result = await ToolProcess.RunAsync("check-config", file);

        Assert.That(result.ExitCode, Is.EqualTo(ExitCodes.Configuration), result.ToString);
        Assert.That(result.Error, Does.Contain(expected).And.Contain(file));
    }

    [TestCase("{ \"Relay\": ", "is no JSON from line 1 on")]
    [TestCase(null, "There is no configuration file")]
    public async Task CheckConfig_NoReadableFile_IsAFaultWithoutAKeyAsJson(string? content, string expected)
    {
        using TestFolder folder = new();
        string file = content is null ? folder["relay.json"] : folder.Write("relay.json", content);

        ToolResult result = await ToolProcess.RunAsync("check-config", file, "--json");

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((ExitCodes.Configuration, "")), result.ToString);
        using JsonDocument document = JsonDocument.Parse(result.Output);
        Assert.That((document.RootElement.GetProperty("file").GetString(), document.RootElement.GetProperty("ok").GetBoolean()), Is.EqualTo((file, false)));
        JsonElement fault = document.RootElement.GetProperty("faults").EnumerateArray().Single();
        Assert.That(fault.GetProperty("text").GetString(), Does.Contain(expected).And.Contain(file));
        Assert.That(fault.TryGetProperty("key", out _), Is.False);
    }

    [Test]
    public async Task Keys_AsJson_DescribeEverySection()
    {
        ToolResult result = await ToolProcess.RunAsync("check-config", "--keys", "--json");

        Assert.That(result.ExitCode, Is.Zero, result.ToString);
        using JsonDocument document = JsonDocument.Parse(result.Output);
        string[] names = [.. document.RootElement.EnumerateArray().Select(key => key.GetProperty("name").GetString()!)];
        Assert.That(names, Does.Contain("Relay:Limits:MaxStreams").And.Contain("Attach:RelayFiles").And.Contain("Admin:Listen").And.Contain("Log:Format").And.Contain("Otlp:Endpoint"));
        Assert.That(names, Is.Unique);
    }
}
