// A web page on one of Kestrel's ports, and a relay on another: one process, one server, one shutdown.
using System.Net;
using Foolscap.Relay.Hosting;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using WebHost;

WebApplicationBuilder builder = WebApplication.CreateBuilder(
    new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
builder.Services.AddFoolscapRelayServer(builder.Configuration.GetSection(RelayConfiguration.ServerSection));
builder.Services.AddHealthChecks().AddFoolscapRelay();

ListenOptions web = null!;
builder.WebHost.ConfigureKestrel(kestrel =>
{
    kestrel.Listen(Address("Web"), port => web = port);
    kestrel.Listen(Address("RelayPort"), port => port.UseFoolscapRelay());
});

WebApplication app = builder.Build();
app.MapGet("/", (IFoolscapRelay relay) => Results.Content(Page.Render(relay), "text/html; charset=utf-8"));
app.MapHealthChecks("/health/live", Tagged(FoolscapRelayHealthChecksBuilderExtensions.LiveTag));
app.MapHealthChecks("/health/ready", Tagged(FoolscapRelayHealthChecksBuilderExtensions.ReadyTag));

await app.StartAsync();
Console.WriteLine($"page: http://{web.IPEndPoint}/");
Console.WriteLine(app.Services.GetRequiredService<IFoolscapRelay>().RegistrarFurl); // for its owner, and never logged
await app.WaitForShutdownAsync();

IPEndPoint Address(string key) => IPEndPoint.Parse(builder.Configuration[key] ?? throw new InvalidOperationException($"{key} is missing."));

static HealthCheckOptions Tagged(string tag) => new() { Predicate = check => check.Tags.Contains(tag) };
