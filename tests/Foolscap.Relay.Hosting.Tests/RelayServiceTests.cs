using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Foolscap.Furls;
using Foolscap.Relay.Client;
using Foolscap.Relay.Hosting.Tests.Support;
using Foolscap.Relay.Server;
using Foolscap.TestUtilities;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Foolscap.Relay.Hosting.Tests;

internal sealed class RelayServiceTests
{
    private TestFolder _folder = null!;

    [SetUp]
    public void Create() => _folder = new TestFolder();

    [TearDown]
    public void Clean() => _folder.Dispose();

    [Test]
    [UnsupportedOSPlatform("windows")] // The modes of files.
    public async Task Start_InANewFolder_MakesAnIdentity_AndKeepsItOverRestarts()
    {
        Furl first;
        await using (TestHost host = await TestHost.StartRelayAsync(_folder["new"], options => options.Hints.Add("tcp:relay.example.org:7000")))
        {
            first = host.Relay.RegistrarFurl;
        }

        await using TestHost again = await TestHost.StartRelayAsync(_folder["new"], options => options.Hints.Add("tcp:relay.example.org:7000"));

        Assert.That(again.Relay.RegistrarFurl, Is.EqualTo(first));
        Assert.That(await File.ReadAllTextAsync(_folder["new/registrar.furl"]), Is.EqualTo($"{first}\n"));
        Assert.That(
            Directory.GetFiles(_folder["new"]).Select(File.GetUnixFileMode), Is.All.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.That(again.Logs.Records.Select(record => record.Message), Has.None.Contains(first.Name), "The FURL is a secret.");
    }

    [Test]
    public async Task Start_WithFaults_FailsWithAllOfThem_BeforeAnythingIsMade()
    {
        OptionsValidationException? exception = await Assert.ThrowsAsync<OptionsValidationException>(() => TestHost.StartRelayAsync(_folder["none"], options =>
        {
            options.Window = 0;
            options.AcceptTimeout = TimeSpan.Zero;
            options.Listen.Add("here");
        }));

        Assert.That(exception!.Failures.Select(failure => failure.Split(' ')[0]), Is.EquivalentTo(new[]
        {
            "RelayServiceOptions:Window", "RelayServiceOptions:AcceptTimeout", "RelayServiceOptions:Listen:1", "RelayServiceOptions:InitialWindow",
        }));
        Assert.That(Directory.Exists(_folder["none"]), Is.False);
    }

    [Test]
    public async Task Start_OnATakenPort_NamesItAndTheKey()
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();

        RelayServiceException? exception = await Assert.ThrowsAsync<RelayServiceException>(
            () => TestHost.StartRelayAsync(_folder.RelayFolder(), options => options.Listen.Add(taken.LocalEndpoint.ToString()!)));

        Assert.That(exception!.Message, Does.Contain(taken.LocalEndpoint.ToString()).And.Contain("RelayServiceOptions:Listen"));
    }

    [Test]
    public async Task Start_OnAllAddressesOfBothKinds_ListensOnBoth()
    {
        int port = FreePort.Find();
        await using TestHost host = await TestHost.StartRelayAsync(_folder.RelayFolder(), options =>
        {
            options.Listen.Clear();
            options.Listen.Add($"[::]:{port}");
            options.Listen.Add($"0.0.0.0:{port}");
            options.Hints.Add($"tcp:127.0.0.1:{port}");
        });

        Assert.That(host.Relay.EndPoints.Select(bound => bound.ToString()), Is.EquivalentTo([$"0.0.0.0:{port}", $"[::]:{port}"]));
        await Waiting.UntilAsync(() => host.Relay.LastSelfProbe is not null, "the relay has connected to both");
        Assert.That(host.Relay.LastSelfProbe!.Failure, Is.Null);
    }

    [Test]
    public async Task Start_WithADamagedFurl_NamesTheFileAndNotItsText()
    {
        File.WriteAllText(Path.Combine(_folder.RelayFolder(), "registrar.furl"), "pb://secret");

        RelayServiceException? exception = await Assert.ThrowsAsync<RelayServiceException>(() => TestHost.StartRelayAsync(_folder["relay"]));

        Assert.That(exception!.Message, Does.Contain("registrar.furl").And.Not.Contain("secret"));
    }

    [Test]
    public async Task Add_OfTwoNamedRelays_RunsBoth_EachWithItsOwnOptions()
    {
        await using TestHost host = await TestHost.StartAsync(services =>
        {
            foreach ((string name, int streams) in new[] { ("inside", 10), ("outside", 20) })
            {
                services.AddFoolscapRelayServer(name, options =>
                {
                    options.Folder = _folder.RelayFolder(name);
                    options.Listen.Add("127.0.0.1:0");
                    options.Limits.MaxStreams = streams;
                });
            }
        });

        IFoolscapRelay inside = host.Host.Services.GetRequiredKeyedService<IFoolscapRelay>("inside");
        IFoolscapRelay outside = host.Host.Services.GetRequiredKeyedService<IFoolscapRelay>("outside");
        Assert.That((inside.IsRunning, outside.IsRunning), Is.EqualTo((true, true)));
        Assert.That(inside.EndPoints.Single().Port, Is.Not.EqualTo(outside.EndPoints.Single().Port));
        Assert.That((inside.Server.Options.Limits.MaxStreams, outside.Server.Options.Limits.MaxStreams), Is.EqualTo((10, 20)));
        Assert.That(host.Host.Services.GetService<IFoolscapRelay>(), Is.Null, "None was added without a name.");
    }

    [Test]
    public async Task Start_OfTwoRelaysInOneFolder_NamesBoth_BeforeAnythingIsMade()
    {
        RelayServiceException? exception = await Assert.ThrowsAsync<RelayServiceException>(() => TestHost.StartAsync(services =>
        {
            services.AddFoolscapRelayServer(options => options.Folder = _folder["same"]);
            services.AddFoolscapRelayServer("second", options => options.Folder = $"{_folder.Path}/other/../same/");
        }));

        Assert.That(exception!.Message, Does.Contain($"{_folder["same"]} (RelayServiceOptions:Folder) is the folder of two relays, the one without a name and \"second\""));
        Assert.That(Directory.Exists(_folder["same"]), Is.False);
    }

    [Test]
    public async Task Start_InAFolderThatAnotherHostUses_NamesItsProcess_UntilThatHasEnded()
    {
        await using TestHost first = await TestHost.StartRelayAsync(_folder["relay"]);
        TubId relay = first.Relay.Tub.TubId;

        RelayServiceException? exception = await Assert.ThrowsAsync<RelayServiceException>(() => TestHost.StartRelayAsync(_folder["relay"]));

        Assert.That(exception!.Message, Does.StartWith($"{_folder["relay"]} (RelayServiceOptions:Folder) is in use by process {Environment.ProcessId}: "));
        await first.Host.StopAsync().WaitAsync(TestHost.Deadline);
        await using TestHost second = await TestHost.StartRelayAsync(_folder["relay"]);
        Assert.That(second.Relay.Tub.TubId, Is.EqualTo(relay));
    }

    [Test]
    public async Task Start_ThatFails_LetsTheFolderGo()
    {
        File.WriteAllText(Path.Combine(_folder.RelayFolder(), "registrar.furl"), "pb://secret");
        await Assert.ThrowsAsync<RelayServiceException>(() => TestHost.StartRelayAsync(_folder["relay"]));
        File.Delete(_folder["relay/registrar.furl"]);

        await using TestHost host = await TestHost.StartRelayAsync(_folder["relay"]);

        Assert.That(host.Relay.IsRunning, Is.True);
    }

    [Test]
    public async Task Add_OfASectionAndCode_RunsOneRelay_WithTheCodeLast()
    {
        IConfiguration configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("Relay:Folder", _folder.RelayFolder()), new("Relay:Listen", "127.0.0.1:0"), new("Relay:Window", "1MiB")]).Build();
        await using TestHost host = await TestHost.StartAsync(services =>
        {
            services.AddFoolscapRelayServer(configuration.GetSection("Relay"));
            services.AddFoolscapRelayServer(options => options.InitialWindow = 1024)
                .ConfigureServer((options, _) => options with { HoldTime = TimeSpan.Zero });
        });

        RelayServerOptions used = host.Relay.Server.Options;
        Assert.That(host.Host.Services.GetServices<IHostedService>().OfType<IFoolscapRelay>().Count(), Is.EqualTo(1));
        Assert.That((used.Window, used.InitialWindow, used.HoldTime), Is.EqualTo((1024 * 1024, 1024, TimeSpan.Zero)));
    }

    [Test]
    public async Task Relay_BeforeTheStart_SaysThatItDoesNotRun()
    {
        await using TestHost host = TestHost.Build(services => services.AddFoolscapRelayServer(options => options.Folder = _folder["relay"]));

        Assert.That(host.Relay.IsRunning, Is.False);
        Assert.That(() => host.Relay.Server, Throws.InvalidOperationException);
    }

    [Test]
    public async Task Wait_ForAHostThatEndsBeforeItsStart_Fails()
    {
        TestHost host = TestHost.Build(services =>
        {
            services.AddFoolscapRelayServer(options => options.Folder = _folder["relay"]);
            services.AddFoolscapRelayClient(options => options.TubPem = _folder["tub.pem"]);
        });
        Task[] waiting = [host.Relay.WaitUntilStartedAsync(), host.Client.WaitUntilRegisteredAsync()];

        await host.DisposeAsync();

        foreach (Task each in waiting)
        {
            Assert.That(() => each.WaitAsync(TestHost.Deadline), Throws.TypeOf<RelayServiceException>().With.Message.StartsWith("The host has stopped before it started"));
        }
    }

    [Test]
    public async Task Stop_DuringTheStart_LeavesNothingThatRuns()
    {
        await using TestHost relay = TestHost.Build(services => services
            .AddFoolscapRelayServer(options => options.Folder = _folder.RelayFolder())
            .ConfigureServer((options, provider) => StopNow<IFoolscapRelay, RelayServerOptions>(provider, options)));
        await using TestHost client = TestHost.Build(services => services
            .AddFoolscapRelayClient(options =>
            {
                options.TubPem = _folder["tub.pem"];
                options.Relays.Add("pb://icd77yuhs7ehjqhp2zck34gx5g65tfb3@tcp:127.0.0.1:1/registrar");
            })
            .ConfigureClient((options, provider) => StopNow<IFoolscapRelayClient, RelayClientOptions>(provider, options)));

        foreach (TestHost host in new[] { relay, client })
        {
            Assert.That(() => host.Host.StartAsync().WaitAsync(TestHost.Deadline), Throws.TypeOf<RelayServiceException>().With.Message.StartsWith("The host has stopped before it started"));
        }

        Assert.That((relay.Relay.IsRunning, client.Client.IsRunning), Is.EqualTo((false, false)));
        Assert.That(client.Client.Statuses, Is.Empty);
        await using TestHost next = await TestHost.StartRelayAsync(_folder["relay"]);
        Assert.That(next.Relay.IsRunning, Is.True, "Nobody holds the folder.");

        static TOptions StopNow<TService, TOptions>(IServiceProvider provider, TOptions options)
            where TService : notnull
        {
            _ = ((IHostedService)(object)provider.GetRequiredService<TService>()).StopAsync(CancellationToken.None);
            return options;
        }
    }

    [Test]
    public async Task Start_ASecondTime_SaysSo_AndLeavesTheFirstAlone()
    {
        await using TestHost relay = await TestHost.StartRelayAsync(_folder.RelayFolder());
        await using TestHost client = await Greeter.StartAsync(_folder["tub.pem"], relay.Relay.RegistrarFurl);

        foreach (TestHost host in new[] { relay, client })
        {
            Assert.That(() => host.Host.StartAsync().WaitAsync(TestHost.Deadline), Throws.InvalidOperationException.With.Message.Contains("has been started already"));
        }

        Assert.That((relay.Relay.IsRunning, client.Client.IsRunning), Is.EqualTo((true, true)));
    }

    [Test]
    public async Task Start_OfSeveralWithFaultsInCode_NamesTheOneThatHasThem()
    {
        OptionsValidationException? exception = await Assert.ThrowsAsync<OptionsValidationException>(() => TestHost.StartAsync(services =>
        {
            services.AddFoolscapRelayServer("inside", options => options.Folder = _folder["inside"]);
            services.AddFoolscapRelayServer("outside", options => options.Window = 0);
        }));

        Assert.That(exception!.Failures, Has.Some.StartsWith("RelayServiceOptions[outside]:Folder is missing"));
    }

    [Test]
    public void Shutdown_OfTheHost_WaitsLongerThanAllDrains()
    {
        using IHost host = TestHost.Build(services =>
        {
            services.AddFoolscapRelayServer("one", options => (options.Folder, options.Drain) = (_folder["1"], TimeSpan.FromMinutes(2)));
            services.AddFoolscapRelayServer("two", options => (options.Folder, options.Drain) = (_folder["2"], TimeSpan.FromMinutes(1)));
        }).Host;

        Assert.That(host.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout, Is.EqualTo(TimeSpan.FromSeconds(195)));
    }
}
