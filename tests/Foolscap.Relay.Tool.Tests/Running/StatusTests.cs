using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Tool.Tests.Running;

internal sealed class StatusTests
{
    [Test]
    public async Task Status_OfARelay_ShowsItsTubs()
    {
        using TestFolder folder = new();
        TestCertificates.Low.Save(folder["tub.pem"]);
        await using RunningRelay relay = await RunningRelay.StartWithAsync(
            new Dictionary<string, string>(), "--folder", folder["relay"], "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--log-format", "text");
        string address = FindAddress(await relay.Process.WaitForAsync("Status page, metrics and health: "));
        await using ToolProcess client = ToolProcess.Start(
            "attach", "--tub-pem", folder["tub.pem"], "--target", "127.0.0.1:9", "--relay-file", folder["relay/registrar.furl"], "--admin", "127.0.0.1:0", "--log-format", "text");
        string clientAddress = FindAddress(await client.WaitForAsync("Status page, metrics and health: "));
        await client.WaitForAsync("attached: ");

        ToolResult ofRelay = await ToolProcess.RunAsync("status", address);
        ToolResult asJson = await ToolProcess.RunAsync("status", address, "--json");
        ToolResult ofClient = await ToolProcess.RunAsync("status", clientAddress, "--once");
        ToolResult byTls = await ToolProcess.RunAsync("status", address.Replace("http:", "https:", StringComparison.Ordinal));

        Assert.That(ofRelay.ExitCode, Is.Zero, ofRelay.ToString);
        Assert.That(ofRelay.Output, Does.Contain(TestCertificates.Low.TubId.ToString()).And.Contain("running").And.Not.Contain("\u001b"));
        Assert.That(ofRelay.Output, Does.Contain($"tub registered {TestCertificates.Low.TubId.ToString()[..12]} from 127.0.0.1:"), "An event is a sentence.");
        using JsonDocument document = JsonDocument.Parse(asJson.Output);
        Assert.That(document.RootElement.GetProperty("relay").GetProperty("tubs").GetProperty("total").GetInt32(), Is.EqualTo(1));
        Assert.That(byTls.ExitCode, Is.EqualTo(ExitCodes.Failed), byTls.ToString);
        Assert.That(byTls.Error, Does.Contain($"speaks HTTP only, as in {address}").And.Not.Contain("inner exception"));
        Assert.That(ofClient.ExitCode, Is.Zero, ofClient.ToString);
        Assert.That(ofClient.Output, Does.Contain(relay.Registrar.TubId.ToString()).And.Contain("registered").And.Contain("streams: 0 (0 direct, 0 ever)"));
    }

    [TestCase("429 Too Many Requests", "Too many wrong tokens came from this address.\nx", "/relay/status.json refuses: Too many wrong tokens came from this address.")]
    [TestCase("403 Forbidden", "Without a token only this machine may look.", "/relay/status.json refuses: Without a token only this machine may look.")]
    [TestCase("200 OK", "<html></html>", "/relay/status.json is no relay or client of this kind: ")]
    public async Task Status_ThatIsNoReport_IsNotPrinted_AndTheAnswersReasonIs(string status, string body, string expected)
    {
        using TcpListener server = new(IPAddress.Loopback, 0);
        server.Start();
        Task answering = AnswerOnceAsync(server, $"HTTP/1.1 {status}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}");

        ToolResult result = await ToolProcess.RunAsync("status", $"http://{server.LocalEndpoint}/relay", "--json");

        await answering;
        Assert.That(result.ExitCode, Is.EqualTo(ExitCodes.Failed), result.ToString);
        Assert.That(result.Output, Is.Empty);
        Assert.That(result.Error, Does.Contain(expected));
    }

    [Test]
    public async Task Status_NothingThere_SaysWhatToLookAt()
    {
        ToolResult result = await ToolProcess.RunAsync("status", "127.0.0.1:9");

        Assert.That(result.ExitCode, Is.EqualTo(ExitCodes.Failed), result.ToString);
        Assert.That(result.Error, Does.Contain("Nothing answers at http://127.0.0.1:9/status.json").And.Contain("Is it running"));
    }

    private static string FindAddress(string line)
    {
        int start = line.IndexOf("http://", StringComparison.Ordinal);
        Assert.That(start, Is.GreaterThanOrEqualTo(0), line);
        return line[start..].Split(' ')[0].TrimEnd('.', '/') + "/";
    }

    private static async Task AnswerOnceAsync(TcpListener server, string answer)
    {
        using TcpClient client = await server.AcceptTcpClientAsync();
        NetworkStream stream = client.GetStream();
        using StreamReader reader = new(stream, leaveOpen: true);
        while (await reader.ReadLineAsync() is { Length: > 0 })
        {
        }

        await stream.WriteAsync(Encoding.ASCII.GetBytes(answer));
    }
}
