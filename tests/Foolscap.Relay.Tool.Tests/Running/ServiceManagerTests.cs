using System.Net.Sockets;
using System.Text;

namespace Foolscap.Relay.Tool.Tests.Running;

/// <summary>What systemd hears (sd_notify), by a socket in its place.</summary>
[Platform("Linux", Reason = "systemd is there only.")]
internal sealed class ServiceManagerTests
{
    [Test]
    public async Task Serve_WithNotifySocket_TellsReadinessAndItsEnd([Values] bool isAbstract)
    {
        using TestFolder folder = new();
        string name = isAbstract ? $"@foolscap-tool-{Guid.NewGuid():N}" : folder["notify"];
        using Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(isAbstract ? $"\0{name[1..]}" : name));
        await using RunningRelay relay = await RunningRelay.StartWithAsync(
            new Dictionary<string, string> { ["NOTIFY_SOCKET"] = name }, "--folder", folder["relay"], "--listen", "127.0.0.1:0", "--admin", "off");

        Assert.That(await ReceiveAsync(socket), Is.EqualTo("READY=1"));
        await relay.Process.SignalAsync("TERM");
        Assert.That(await ReceiveAsync(socket), Is.EqualTo("STOPPING=1"));
        Assert.That((await relay.Process.WaitForExitAsync()).ExitCode, Is.Zero);
    }

    [Test]
    public async Task Serve_UnderTheJournal_TellsLevelsInItsWay()
    {
        using TestFolder folder = new();
        await using RunningRelay relay = await RunningRelay.StartWithAsync(
            new Dictionary<string, string> { ["JOURNAL_STREAM"] = "8:1" }, "--folder", folder["relay"], "--listen", "127.0.0.1:0", "--admin", "off");

        Assert.That(await relay.Process.WaitForAsync("Others reach it at"), Does.StartWith("<6>relay.hosting: The relay "));
    }

    private static async Task<string> ReceiveAsync(Socket socket)
    {
        byte[] buffer = new byte[1024];
        int count = await socket.ReceiveAsync(buffer).WaitAsync(ToolProcess.Limit);
        return Encoding.UTF8.GetString(buffer, 0, count);
    }
}
