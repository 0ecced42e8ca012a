using System.Net;
using Foolscap.Relay.Hosting;
using Foolscap.Relay.Server;

namespace WebHost;

/// <summary>The page: what anybody may know of the relay. The registrar's FURL, a secret, is not on it.</summary>
internal static class Page
{
    public static string Render(IFoolscapRelay relay)
    {
        RelayStatistics statistics = relay.Server.Statistics;
        string hints = WebUtility.HtmlEncode(string.Join(", ", relay.Tub.Hints));
        return $"""
            <!DOCTYPE html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <title>A relay</title>
            <h1>A Foolscap relay</h1>
            <p>It is reached at <code>{hints}</code>.</p>
            <p>{relay.Server.GetTubs().Count} Tubs are registered, and {statistics.ActiveStreams} connections are relayed.</p>
            </html>
            """;
    }
}
