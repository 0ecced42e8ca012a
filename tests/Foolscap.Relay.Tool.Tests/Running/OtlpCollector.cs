using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Foolscap.Relay.Tool.Tests.Running;

/// <summary>Takes what is sent by OTLP over HTTP, as a collector does.</summary>
internal sealed class OtlpCollector : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly Channel<OtlpRequest> _received = Channel.CreateBounded<OtlpRequest>(1000);

    private OtlpCollector(WebApplication application) => _application = application;

    public string Address => _application.Urls.Single();

    public static async Task<OtlpCollector> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        OtlpCollector collector = new(builder.Build());
        collector._application.MapPost("/{**path}", collector.TakeAsync);
        await collector._application.StartAsync();
        return collector;
    }

    /// <summary>Reads what came until there is a request that fits.</summary>
    /// <returns>All requests until then, that one included.</returns>
    public async Task<IReadOnlyList<OtlpRequest>> ReadUntilAsync(Func<OtlpRequest, bool> fits)
    {
        using CancellationTokenSource limit = new(ToolProcess.Limit);
        List<OtlpRequest> all = [];
        do
        {
            all.Add(await _received.Reader.ReadAsync(limit.Token));
        }
        while (!fits(all[^1]));
        return all;
    }

    public async ValueTask DisposeAsync() => await _application.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using MemoryStream body = new();
        await context.Request.Body.CopyToAsync(body);

        // The texts of protobuf are there as they are; every byte becomes one character.
        OtlpRequest request = new(context.Request.Path, context.Request.ContentType, Encoding.Latin1.GetString(body.ToArray()));
        await _received.Writer.WriteAsync(request);
    }
}

/// <summary>One request of an exporter.</summary>
internal sealed record OtlpRequest(string Path, string? ContentType, string Body);
