using Foolscap.Relay.AspNetCore.Metrics;
using Foolscap.Relay.AspNetCore.Status;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Foolscap.Relay.AspNetCore.Web;

/// <summary>What the admin endpoint answers. Thread-safe.</summary>
internal sealed class AdminEndpoints(
    RelayMonitor monitor, AdminGuard guard, MetricsCollector metrics, HealthCheckService health, IHostApplicationLifetime lifetime)
{
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private const int LongestForm = 4096;

    /// <summary>Programs that watch whether a server is up often ask with HEAD.</summary>
    private static readonly string[] Watched = [HttpMethods.Get, HttpMethods.Head];

    private readonly EventStream _events = new(monitor);

    /// <summary>Adds all endpoints to an application, under a path.</summary>
    public IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints, string prefix)
    {
        RouteGroupBuilder group = endpoints.MapGroup(prefix);
        group.MapMethods("/", Watched, Open(ShowPageAsync));
        group.MapGet("/login", Open(context => SendFileAsync(context, PageFiles.Login)));
        group.MapPost("/login", Open(LogInAsync));
        group.MapPost("/logout", Open(LogOutAsync));
        group.MapGet("/session", Guarded(TellSessionAsync));
        group.MapGet("/assets/{file}", Open(SendAssetAsync));
        group.MapGet("/events", Guarded(SendEventsAsync));
        group.MapGet("/status.json", Guarded(SendStatusAsync));
        group.MapMethods("/metrics", Watched, Guarded(SendMetricsAsync));
        group.MapMethods("/health/live", Watched, Open(context => SendHealthAsync(context, "live")));
        group.MapMethods("/health/ready", Watched, Open(context => SendHealthAsync(context, "ready")));
        return group;
    }

    /// <summary>For everybody whose connection is not objected to.</summary>
    private RequestDelegate Open(RequestDelegate next) => context =>
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        return guard.FindObjection(context) is string objection
            ? SendTextAsync(context, StatusCodes.Status403Forbidden, objection)
            : next(context);
    };

    /// <summary>For those who bring the token.</summary>
    private RequestDelegate Guarded(RequestDelegate next) => Open(context => guard.Check(context) switch
    {
        Verdict.Allowed => next(context),
        Verdict.TooMany => RefuseForAWhileAsync(context),
        Verdict verdict => RefuseAsync(context, verdict),
    });

    private static Task RefuseAsync(HttpContext context, Verdict verdict)
    {
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return SendTextAsync(context, StatusCodes.Status401Unauthorized, verdict == Verdict.Wrong
            ? "The token is wrong."
            : "A token is needed: send \"Authorization: Bearer\" and the token, or log in on the page.");
    }

    private static Task RefuseForAWhileAsync(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "60";
        return SendTextAsync(context, StatusCodes.Status429TooManyRequests, "Too many wrong tokens came from this address. Try again in a minute.");
    }

    private static Task SendTextAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(text + "\n", context.RequestAborted);
    }

    private static Task SendFileAsync(HttpContext context, string name)
    {
        if (PageFiles.Find(name) is not (string contentType, byte[] content))
        {
            return SendTextAsync(context, StatusCodes.Status404NotFound, "There is no such file.");
        }

        context.Response.ContentType = contentType;
        context.Response.ContentLength = content.Length;
        return context.Response.Body.WriteAsync(content, context.RequestAborted).AsTask();
    }

    private static Task SendAssetAsync(HttpContext context)
    {
        string name = (string?)context.Request.RouteValues["file"] ?? "";
        return SendFileAsync(context, name is PageFiles.Page or PageFiles.Login ? "" : name);
    }

    private static Task RedirectAsync(HttpContext context, string relative)
    {
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = relative;
        return Task.CompletedTask;
    }

    private Task ShowPageAsync(HttpContext context)
    {
        string path = context.Request.PathBase + context.Request.Path;
        if (!path.EndsWith('/'))
        {
            return RedirectAsync(context, $"{path}/"); // The page's files are named relative to it.
        }

        return guard.Check(context) == Verdict.Allowed ? SendFileAsync(context, PageFiles.Page) : RedirectAsync(context, "login");
    }

    private async Task LogInAsync(HttpContext context)
    {
        if (await ReadTokenAsync(context).ConfigureAwait(false) is not string token)
        {
            await SendTextAsync(context, StatusCodes.Status400BadRequest, "A short form with the field token is needed.").ConfigureAwait(false);
            return;
        }

        string path = context.Request.PathBase + context.Request.Path;
        await FinishLogInAsync(context, guard.CheckToken(context, token), path[..(path.LastIndexOf('/') + 1)]).ConfigureAwait(false);
    }

    /// <summary>Reads the token of a form; null if it is no form.</summary>
    private static async Task<string?> ReadTokenAsync(HttpContext context)
    {
        if (!context.Request.HasFormContentType || context.Request.ContentLength is not <= LongestForm)
        {
            return null;
        }

        try
        {
            IFormCollection form = await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false);
            return ((string?)form["token"] ?? "").Trim();
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private Task FinishLogInAsync(HttpContext context, Verdict verdict, string root)
    {
        if (verdict == Verdict.Allowed)
        {
            if (guard.NeedsToken)
            {
                guard.SetCookie(context, root);
            }

            return RedirectAsync(context, root);
        }

        return RedirectAsync(context, verdict == Verdict.TooMany ? $"{root}login?problem=many" : $"{root}login?problem=wrong");
    }

    private Task LogOutAsync(HttpContext context)
    {
        string path = context.Request.PathBase + context.Request.Path;
        if (guard.NeedsToken)
        {
            guard.DeleteCookie(context, path[..(path.LastIndexOf('/') + 1)]);
        }

        return RedirectAsync(context, "login");
    }

    /// <summary>Tells the page whether there is a log-in to take back.</summary>
    private Task TellSessionAsync(HttpContext context)
    {
        context.Response.StatusCode = guard.NeedsToken ? StatusCodes.Status200OK : StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private Task SendStatusAsync(HttpContext context)
    {
        if (ReportQuery.TryParse(context.Request.Query, out string? problem) is not ReportQuery query)
        {
            return SendTextAsync(context, StatusCodes.Status400BadRequest, problem!);
        }

        context.Response.ContentType = "application/json; charset=utf-8";
        return context.Response.Body.WriteAsync(monitor.GetSharedReport(query).Json, context.RequestAborted).AsTask();
    }

    private async Task SendEventsAsync(HttpContext context)
    {
        if (ReportQuery.TryParse(context.Request.Query, out string? problem) is not ReportQuery query)
        {
            await SendTextAsync(context, StatusCodes.Status400BadRequest, problem!).ConfigureAwait(false);
            return;
        }

        using IDisposable? watching = monitor.TryWatch();
        if (watching is null)
        {
            context.Response.Headers.RetryAfter = "10";
            await SendTextAsync(context, StatusCodes.Status503ServiceUnavailable, "Too many status pages are open already.").ConfigureAwait(false);
            return;
        }

        await _events.SendAsync(context, query, lifetime.ApplicationStopping).ConfigureAwait(false);
    }

    private Task SendMetricsAsync(HttpContext context)
    {
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        return context.Response.Body.WriteAsync(metrics.Collect(), context.RequestAborted).AsTask();
    }

    /// <summary>One word for everybody, because those who ask are often not able to give a token; the reasons for those who may see them.</summary>
    private async Task SendHealthAsync(HttpContext context, string tag)
    {
        HealthReport report = await health.CheckHealthAsync(check => check.Tags.Contains(tag), context.RequestAborted).ConfigureAwait(false);
        IEnumerable<string> reasons = guard.Check(context) == Verdict.Allowed
            ? report.Entries.Select(entry => $"{entry.Key}: {entry.Value.Status}{(entry.Value.Description is string text ? $", {text}" : "")}")
            : [];
        int status = report.Status == HealthStatus.Unhealthy ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
        await SendTextAsync(context, status, string.Join('\n', reasons.Prepend(report.Status.ToString()))).ConfigureAwait(false);
    }
}
