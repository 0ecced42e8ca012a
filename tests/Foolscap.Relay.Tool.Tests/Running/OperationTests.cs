using System.Text.Json;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Tool.Tests.Running;

/// <summary>A relay as a service manager or a container runs it: all of it from the environment, logs for a collector, a token, a list of Tubs.</summary>
internal sealed class OperationTests
{
    private const string Token = "an-admin-token-that-nobody-guesses";

    [Test]
    public async Task Serve_FromTheEnvironment_AdmitsWhoIsListedLaterAndKeepsItsSecrets()
    {
        using TestFolder folder = new();
        TubCertificate certificate = TestCertificates.Low;
        certificate.Save(folder["tub.pem"]);
        string list = folder.Write("allowed-tubs", $"# nobody yet\n{TestCertificates.High.TubId}\n");
        await using RunningRelay relay = await RunningRelay.StartWithAsync(new Dictionary<string, string>
        {
            ["FOOLSCAP_RELAY_RELAY__FOLDER"] = folder["relay"],
            ["FOOLSCAP_RELAY_RELAY__LISTEN__0"] = "127.0.0.1:0",
            ["FOOLSCAP_RELAY_RELAY__ALLOWEDTUBS"] = list,
            ["FOOLSCAP_RELAY_RELAY__DRAIN"] = "7s",
            ["FOOLSCAP_RELAY_RELAY__LIMITS__MAXSTREAMS"] = "123",
            ["FOOLSCAP_RELAY_ADMIN__LISTEN"] = "127.0.0.1:0",
            ["FOOLSCAP_RELAY_ADMIN__TOKEN"] = Token,
            ["FOOLSCAP_RELAY_LOG__FORMAT"] = "json",
            ["FOOLSCAP_RELAY_LOG__LEVEL"] = "debug",
        });
        string address = FindAddress(await relay.Process.WaitForAsync("\"name\":\"Listening\",\"message\":\"Status page"));
        await using ToolProcess client = ToolProcess.StartWith(
            new Dictionary<string, string> { ["FOOLSCAP_RELAY_ATTACH__RECONNECTION__MAXDELAY"] = "1s" },
            "attach", "--tub-pem", folder["tub.pem"], "--target", "127.0.0.1:9", "--relay-file", folder["relay/registrar.furl"], "--log-level", "debug");

        await client.WaitForAsync("this Tub may not register: ");
        await File.AppendAllTextAsync(list, $"{certificate.TubId}  # a friend's\n");
        Assert.That(await client.WaitForAsync("attached: "), Is.EqualTo($"attached: {relay.Hint}"));
        await AssertTokenIsNeededAsync(folder, address);

        ToolResult ofClient = await client.TerminateAsync();
        ToolResult ofRelay = await relay.Process.TerminateAsync();
        Assert.That(ofRelay.Error, Does.Contain("connections that it relays: 0, which may go on for 7 s."));
        AssertIsJsonWithoutSecrets(ofClient, relay.Registrar.Name, Token);
        AssertIsJsonWithoutSecrets(ofRelay, relay.Registrar.Name, Token);
    }

    private static async Task AssertTokenIsNeededAsync(TestFolder folder, string address)
    {
        ToolResult without = await ToolProcess.RunAsync("status", address, "--once");
        ToolResult broken = await ToolProcess.RunAsync("status", address, "--token-file", folder.Write("two-lines", $"{Token}\n{Token}\n"));
        ToolResult with = await ToolProcess.RunAsync("status", address, "--json", "--token-file", folder.Write("token", $"{Token}\n"));

        Assert.That(without.ExitCode, Is.EqualTo(ExitCodes.Failed), without.ToString);
        Assert.That(without.Error, Does.Contain("wants a token, or another one.").And.Contain("--token-file"));
        Assert.That((broken.ExitCode, broken.Error), Is.EqualTo((ExitCodes.Failed, $"foolscap-relay: {folder["two-lines"]} holds no token: one line of letters, digits and signs is wanted, the value of Admin:Token.\n")));
        Assert.That(with.ExitCode, Is.Zero, with.ToString);
        using JsonDocument document = JsonDocument.Parse(with.Output);
        JsonElement relay = document.RootElement.GetProperty("relay");
        Assert.That(relay.GetProperty("tubs").GetProperty("total").GetInt32(), Is.EqualTo(1));
        Assert.That(relay.GetProperty("limits").EnumerateArray().Select(limit => limit.GetProperty("limit").ToString()), Does.Contain("123"));
    }

    private static void AssertIsJsonWithoutSecrets(ToolResult result, params string[] secrets)
    {
        Assert.That(result.ExitCode, Is.Zero, result.ToString);
        string[] lines = [.. result.Error.Split('\n').Where(line => line.Length > 0)];
        Assert.That(lines, Is.Not.Empty);
        foreach (string line in lines)
        {
            using JsonDocument document = JsonDocument.Parse(line);
            Assert.That(document.RootElement.GetProperty("message").GetString(), Is.Not.Empty);
        }

        foreach (string secret in secrets)
        {
            Assert.That(result.Error, Does.Not.Contain(secret));
        }
    }

    private static string FindAddress(string line)
    {
        int start = line.IndexOf("http://", StringComparison.Ordinal);
        return line[start..line.IndexOf('"', start)];
    }
}
