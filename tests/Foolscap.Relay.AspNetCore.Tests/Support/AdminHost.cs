using Foolscap.Furls;
using Foolscap.Relay.Hosting;
using Foolscap.TestUtilities;
using Foolscap.Tubs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Foolscap.Relay.AspNetCore.Tests.Support;

/// <summary>A host with a relay or a relay client, and its admin endpoint, all on loopback.</summary>
internal sealed class AdminHost : IAsyncDisposable
{
    public const string Token = "a-token-for-tests-only";

    /// <summary>Far longer than anything takes on a busy machine.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly string _folder;
    private readonly IHost _host;

    private AdminHost(IHost host, string folder) => (_host, _folder) = (host, folder);

    public IServiceProvider Services => _host.Services;

    public IFoolscapRelay Relay => Services.GetRequiredService<IFoolscapRelay>();

    public IFoolscapRelayClient Client => Services.GetRequiredService<IFoolscapRelayClient>();

    public IFoolscapRelayAdmin Admin => Services.GetRequiredService<IFoolscapRelayAdmin>();

    public Uri Address => Admin.Addresses[0];

    /// <summary>Starts a relay with its admin endpoint.</summary>
    /// <param name="configure">Changes the options; by default any free port, and no token.</param>
    /// <param name="drain">How long it waits for the streams when it stops.</param>
    public static Task<AdminHost> StartAsync(Action<RelayAdminOptions>? configure = null, TimeSpan drain = default) =>
        StartAsync((services, folder) => services.AddFoolscapRelayServer(options => Fill(options, folder, drain)), configure);

    /// <summary>Starts a relay client with its admin endpoint; its Tub is in this process.</summary>
    public static Task<AdminHost> StartClientAsync(TubCertificate certificate, params IReadOnlyList<Furl> relays) => StartAsync((services, folder) =>
    {
        certificate.Save(Path.Combine(folder, "tub.pem"));
        services.AddFoolscapRelayClient(options =>
        {
            options.TubPem = Path.Combine(folder, "tub.pem");
            relays.ToList().ForEach(relay => options.Relays.Add(relay.ToString()));
        }).ConfigureTub((tub, _) => tub.Register(new Referenceable().On("put", call => call.Get<byte[]>(0).Length), "put"));
    });

    /// <summary>Starts a host with its admin endpoint.</summary>
    /// <param name="add">Adds what the endpoint shows; it gets a folder.</param>
    /// <param name="configure">Changes the options of the endpoint.</param>
    public static async Task<AdminHost> StartAsync(Action<IServiceCollection, string> add, Action<RelayAdminOptions>? configure = null)
    {
        string folder = Directory.CreateTempSubdirectory("foolscap-admin-").FullName;
        HostApplicationBuilder builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        add(builder.Services, folder);
        builder.Services.AddFoolscapRelayAdmin(options =>
        {
            options.Listen.Clear();
            options.Listen.Add("127.0.0.1:0");
            configure?.Invoke(options);
        });
        builder.Services.Replace(ServiceDescriptor.Singleton<ILoggerFactory>(new RecordingLoggerFactory()));
        AdminHost host = new(builder.Build(), folder);
        try
        {
            await host._host.StartAsync().WaitAsync(Deadline);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Options of a relay on any free port of loopback.</summary>
    public static void Fill(RelayServiceOptions options, string folder, TimeSpan drain = default)
    {
        Directory.CreateDirectory(folder);
        TestCertificates.Made.Save(Path.Combine(folder, "relay.pem")); // Making one takes a good part of a second.
        (options.Folder, options.Drain) = (folder, drain);
        options.Listen.Add("127.0.0.1:0");
    }

    /// <summary>Begins to stop the host.</summary>
    public Task StopAsync() => _host.StopAsync();

    /// <summary>Attaches a Tub.</summary>
    public Task<AttachedTub> AttachAsync(TubCertificate certificate) => AttachedTub.StartAsync(Relay.RegistrarFurl, certificate);

    /// <summary>Somebody who talks to the endpoint, and follows no redirect.</summary>
    public HttpClient CreateClient(string? token = null)
    {
        HttpClient client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Address, Timeout = Deadline };
        if (token is not null)
        {
            client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        }

        return client;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync().WaitAsync(Deadline);
        _host.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
