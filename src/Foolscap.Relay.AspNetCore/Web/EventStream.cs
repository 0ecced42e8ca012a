using System.Text.Json;
using Foolscap.Relay.AspNetCore.Status;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Foolscap.Relay.AspNetCore.Web;

/// <summary>Sends a browser what is new, once a second, as server-sent events.</summary>
/// <remarks>
/// First comes the event <c>history</c>, then <c>status</c> again and again; its data is what <c>/status.json</c> answers. The next
/// one is made when the last one is written: a browser that reads slowly gets fewer of them.
/// </remarks>
internal sealed class EventStream(RelayMonitor monitor)
{
    private static readonly byte[] Beginning = "retry: 2000\n\n"u8.ToArray();

    public async Task SendAsync(HttpContext context, ReportQuery query, CancellationToken hostStopping)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, monitor.Ending);
        context.Response.ContentType = "text/event-stream; charset=utf-8";
        context.Response.Headers["X-Accel-Buffering"] = "no"; // nginx would keep it until it is full.
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        try
        {
            await context.Response.Body.WriteAsync(Beginning, end.Token).ConfigureAwait(false);
            await SendEventAsync(context, "history", JsonSerializer.SerializeToUtf8Bytes(monitor.History, StatusJson.Default.HistoryReport), end.Token).ConfigureAwait(false);
            while (true)
            {
                (StatusReport report, byte[] json) = monitor.GetSharedReport(query);
                await SendEventAsync(context, "status", json, end.Token).ConfigureAwait(false);
                if (hostStopping.IsCancellationRequested && report is { Relay: null })
                {
                    return; // The drain is over, and nothing more will be seen.
                }

                await monitor.WaitForNextLookAsync(end.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The browser has gone, or the host goes.
        }
    }

    private static async Task SendEventAsync(HttpContext context, string name, byte[] json, CancellationToken cancellationToken)
    {
        await context.Response.WriteAsync($"event: {name}\ndata: ", cancellationToken).ConfigureAwait(false);
        await context.Response.Body.WriteAsync(json, cancellationToken).ConfigureAwait(false);
        await context.Response.WriteAsync("\n\n", cancellationToken).ConfigureAwait(false);
        await context.Response.Body.FlushAsync(cancellationToken).ConfigureAwait(false);
    }
}
