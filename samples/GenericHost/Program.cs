// A relay in a .NET generic host: configured by appsettings.json, environment variables and options, and drained at SIGTERM.
using Foolscap.Relay.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

// The file lies beside the program. Relay__Limits__MaxStreams=500 and --Relay:Limits:MaxStreams=500 win over it; a limit that is
// changed in the file takes effect at once.
HostApplicationBuilder builder = Host.CreateApplicationBuilder(
    new HostApplicationBuilderSettings { Args = args, ContentRootPath = AppContext.BaseDirectory });
builder.Services.AddFoolscapRelayServer(builder.Configuration.GetSection(RelayConfiguration.ServerSection));

using IHost host = builder.Build();
IFoolscapRelay relay = host.Services.GetRequiredService<IFoolscapRelay>();
try
{
    await host.StartAsync();
}
catch (OptionsValidationException exception)
{
    // All that is wrong with the configuration, a line each.
    Console.Error.WriteLine(string.Join('\n', exception.Failures));
    return 2;
}
catch (RelayServiceException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}

// To hold this is the right to register: it is printed for its owner, and never logged.
Console.WriteLine(relay.RegistrarFurl);
await host.WaitForShutdownAsync();
return 0;
