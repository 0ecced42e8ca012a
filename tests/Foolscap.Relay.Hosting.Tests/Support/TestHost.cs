using Foolscap.TestUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Foolscap.Relay.Hosting.Tests.Support;

/// <summary>A generic host of which a test sees what it logs.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    /// <summary>Far longer than anything takes on a busy machine.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private TestHost(IHost host, RecordingLoggerFactory logs) => (Host, Logs) = (host, logs);

    public IHost Host { get; }

    public RecordingLoggerFactory Logs { get; }

    public IFoolscapRelay Relay => Host.Services.GetRequiredService<IFoolscapRelay>();

    public IFoolscapRelayClient Client => Host.Services.GetRequiredService<IFoolscapRelayClient>();

    public static TestHost Build(Action<IServiceCollection> configure)
    {
        RecordingLoggerFactory logs = new();
        HostApplicationBuilder builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        configure(builder.Services);
        builder.Services.Replace(ServiceDescriptor.Singleton<ILoggerFactory>(logs));
        return new TestHost(builder.Build(), logs);
    }

    public static async Task<TestHost> StartAsync(Action<IServiceCollection> configure)
    {
        TestHost host = Build(configure);
        try
        {
            await host.Host.StartAsync().WaitAsync(Deadline);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>A host with a relay on a free port of loopback.</summary>
    public static Task<TestHost> StartRelayAsync(string folder, Action<RelayServiceOptions>? configure = null) =>
        StartAsync(services => services.AddFoolscapRelayServer(options =>
        {
            options.Folder = folder;
            options.Listen.Add("127.0.0.1:0");
            configure?.Invoke(options);
        }));

    public async ValueTask DisposeAsync()
    {
        await Host.StopAsync().WaitAsync(Deadline);
        Host.Dispose();
    }
}
