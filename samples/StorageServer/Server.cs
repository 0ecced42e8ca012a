using Foolscap.Relay.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace StorageServer;

/// <summary>The server: a Tub in a generic host, which a relay client keeps reachable.</summary>
internal static class Server
{
    public static async Task<int> RunAsync(DirectoryInfo folder, IReadOnlyList<string> relays, long maxBlobBytes, CancellationToken stopping)
    {
        folder.Create();
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddSimpleConsole().AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical); // Why it cannot start, the caller says in a line.
        builder.Services.AddSingleton(new BlobFolder(Path.Combine(folder.FullName, "blobs"), maxBlobBytes));
        builder.Services.AddFoolscapRelayClient(options =>
        {
            options.TubPem = Path.Combine(folder.FullName, "storage.pem");
            relays.ToList().ForEach(options.Relays.Add);
        })
        .ConfigureTub((tub, services) => tub.Register(new StorageObject(services.GetRequiredService<BlobFolder>()).Target, Name(folder)));

        using IHost host = builder.Build();
        try
        {
            await host.StartAsync(stopping);
            IFoolscapRelayClient client = host.Services.GetRequiredService<IFoolscapRelayClient>();
            await client.WaitUntilRegisteredAsync(stopping);
            Console.WriteLine(new Foolscap.Furls.Furl(client.Tub.TubId, client.Tub.Hints, Name(folder)));
            await Task.Delay(Timeout.Infinite, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await host.StopAsync(CancellationToken.None);
            return 0;
        }
        catch (OptionsValidationException exception)
        {
            Console.Error.WriteLine(string.Join('\n', exception.Failures));
            return 2;
        }
        catch (OperationCanceledException)
        {
            return 0; // Stopped before any relay was there.
        }
    }

    /// <summary>The name in the FURL, which is the right to use this storage: made once, and kept.</summary>
    private static string Name(DirectoryInfo folder)
    {
        string path = Path.Combine(folder.FullName, "storage.name");
        if (!File.Exists(path))
        {
            Foolscap.Tubs.SecretFile.Write(path, Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(20)));
        }

        return File.ReadAllText(path);
    }
}
