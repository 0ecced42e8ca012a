using System.Net;
using System.Net.Sockets;
using System.Text;
using Foolscap.Furls;
using Foolscap.Relay.Hosting.Tests.Support;
using Foolscap.TestUtilities;
using Foolscap.Tubs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Foolscap.Relay.Hosting.Tests;

/// <summary>A relay on one of Kestrel's ports.</summary>
[NonParallelizable]
internal sealed class KestrelTests
{
    private TestFolder _folder = null!;
    private WebApplication _app = null!;
    private IPEndPoint _port = null!;

    private IFoolscapRelay Relay => _app.Services.GetRequiredService<IFoolscapRelay>();

    [SetUp]
    public async Task StartAsync()
    {
        _folder = new TestFolder();
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<ILoggerFactory>(new RecordingLoggerFactory());
        builder.Services.AddFoolscapRelayServer(options => (options.Folder, options.Drain) = (_folder.RelayFolder(), TimeSpan.FromMinutes(5)));
        ListenOptions listen = null!;
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, port =>
        {
            listen = port;
            port.UseFoolscapRelay();
        }));
        _app = builder.Build();
        await _app.StartAsync().WaitAsync(TestHost.Deadline);
        _port = listen.IPEndPoint!;
        Relay.SetHints([ConnectionHint.Tcp("127.0.0.1", _port.Port)]);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _app.StopAsync().WaitAsync(TestHost.Deadline);
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Caller_ThroughKestrel_ReachesTheTub_DirectlyToo()
    {
        await using TestHost tub = await Greeter.StartAsync(_folder["tub.pem"], Relay.RegistrarFurl);
        await using Tub caller = new(TestCertificates.Mid);

        using RemoteReference greeter = await Greeter.CallAsync(caller, await Greeter.GetFurlAsync(tub));

        Assert.That(Relay.Server.Statistics.ActiveStreams, Is.EqualTo(1));
        Assert.That(Relay.Server.GetConnections().Single().IsDirect, Is.True);
        Assert.That(await File.ReadAllTextAsync(_folder["relay/registrar.furl"]), Is.EqualTo($"{Relay.RegistrarFurl}\n"));
    }

    [Test]
    public async Task SelfProbe_WithoutAPortOfItsOwn_Succeeds()
    {
        await Waiting.UntilAsync(() => Relay.LastSelfProbe is not null, "the relay has connected to itself");

        Assert.That(Relay.LastSelfProbe!.Failure, Is.Null);
    }

    [Test]
    public async Task Caller_OfAnUnknownTub_ReadsWhy_AndThenTheEnd()
    {
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(_port);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET /id/{TestCertificates.Mid.TubId} HTTP/1.1\r\nUpgrade: TLS/1.0\r\nConnection: Upgrade\r\n\r\n"));

        Assert.That(await ReadToEndAsync(socket), Does.StartWith("HTTP/1.1 404 "));
    }

    [Test]
    public async Task Caller_ThatEndsItsDirection_StillGetsTheAnswer()
    {
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(_port);
        await socket.SendAsync("GET /nothing HTTP/1.1\r\n\r\n"u8.ToArray());
        socket.Shutdown(SocketShutdown.Send);

        Assert.That(await ReadToEndAsync(socket), Does.StartWith("HTTP/1.1 "));
    }

    [Test]
    public async Task Caller_OfAStreamThatIsAborted_SeesAReset()
    {
        await using TestHost tub = await Greeter.StartAsync(_folder["tub.pem"], Relay.RegistrarFurl);
        Furl furl = await Greeter.GetFurlAsync(tub);
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(_port);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET /id/{furl.TubId} HTTP/1.1\r\nUpgrade: TLS/1.0\r\nConnection: Upgrade\r\n\r\n"));
        byte[] first = new byte[1];
        Assert.That(await socket.ReceiveAsync(first).WaitAsync(TestHost.Deadline), Is.EqualTo(1), "the Tub's answer");

        await Relay.Server.DisposeAsync();

        Assert.That(() => ReadToEndAsync(socket), Throws.InstanceOf<SocketException>().With.Property(nameof(SocketException.SocketErrorCode)).EqualTo(SocketError.ConnectionReset));
    }

    [Test]
    public async Task Stop_WhileAStreamIsRelayed_DrainsBeforeKestrelCutsIt()
    {
        await using TestHost tub = await Greeter.StartAsync(_folder["tub.pem"], Relay.RegistrarFurl);
        await using Tub caller = new(TestCertificates.Mid);
        using RemoteReference greeter = await Greeter.CallAsync(caller, await Greeter.GetFurlAsync(tub));

        Task stopping = _app.StopAsync();
        await Waiting.UntilAsync(() => Relay.IsDraining, "the relay drains");

        Assert.That(await greeter.CallAsync<string>("greet", ["B"]).WaitAsync(TestHost.Deadline), Is.EqualTo("Hello, B!"));
        Assert.That(stopping.IsCompleted, Is.False);
        await caller.DisposeAsync();
        await stopping.WaitAsync(TestHost.Deadline);
    }

    [Test]
    public async Task Relays_WithNames_HaveAPortEach()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<ILoggerFactory>(new RecordingLoggerFactory());
        Dictionary<string, ListenOptions> ports = [];
        foreach (string name in new[] { "inside", "outside" })
        {
            builder.Services.AddFoolscapRelayServer(name, options => options.Folder = _folder.RelayFolder(name));
            builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, port =>
            {
                ports[name] = port;
                port.UseFoolscapRelay(name);
            }));
        }

        await using WebApplication app = builder.Build();
        await app.StartAsync().WaitAsync(TestHost.Deadline);
        IFoolscapRelay inside = app.Services.GetRequiredKeyedService<IFoolscapRelay>("inside");
        IFoolscapRelay outside = app.Services.GetRequiredKeyedService<IFoolscapRelay>("outside");
        inside.SetHints([ConnectionHint.Tcp("127.0.0.1", ports["inside"].IPEndPoint!.Port)]);
        outside.SetHints([ConnectionHint.Tcp("127.0.0.1", ports["outside"].IPEndPoint!.Port)]);
        await using TestHost tub = await Greeter.StartAsync(_folder["tub.pem"], outside.RegistrarFurl);
        await using Tub caller = new(TestCertificates.Mid);

        using RemoteReference greeter = await Greeter.CallAsync(caller, await Greeter.GetFurlAsync(tub));

        Assert.That((inside.Server.Statistics.RegisteredTubs, outside.Server.Statistics.RegisteredTubs), Is.EqualTo((0, 1)));
        await caller.DisposeAsync();
        await app.StopAsync().WaitAsync(TestHost.Deadline);
    }

    private static async Task<string> ReadToEndAsync(Socket socket)
    {
        using CancellationTokenSource timeout = new(TestHost.Deadline);
        byte[] buffer = new byte[4096];
        int length = 0;
        while (await socket.ReceiveAsync(buffer.AsMemory(length), timeout.Token) is > 0 and int count)
        {
            length += count;
        }

        return Encoding.ASCII.GetString(buffer, 0, length);
    }
}
