using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Foolscap.Relay.AspNetCore;

namespace Foolscap.Relay.Tool.Status;

/// <summary>Reads the report of a process from its admin address.</summary>
internal sealed class StatusSource : IDisposable
{
    private const int LongestReason = 300;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http;
    private readonly Uri _report;

    public StatusSource(Uri address, string? token)
    {
        // No proxy: it is most often this machine, and a proxy would see the token.
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = Patience };
        _report = new Uri($"{address.GetLeftPart(UriPartial.Path).TrimEnd('/')}/status.json");
        if (token is not null)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
    }

    /// <exception cref="ToolException">There is none to be had.</exception>
    public async Task<(StatusReport Report, string Json)> ReadAsync(CancellationToken cancellationToken)
    {
        string text = await ReadTextAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return (StatusReport.Parse(Encoding.UTF8.GetBytes(text)), text);
        }
        catch (JsonException exception)
        {
            throw new ToolException($"What answers at {_report} is no relay or client of this kind: {exception.Message}");
        }
    }

    private async Task<string> ReadTextAsync(CancellationToken cancellationToken)
    {
        try
        {
            using HttpResponseMessage response = await _http.GetAsync(_report, cancellationToken).ConfigureAwait(false);
            string text = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
            return response.StatusCode switch
            {
                HttpStatusCode.OK => text,
                HttpStatusCode.Unauthorized => throw new ToolException(
                    $"{_report} wants a token, or another one.", "Give the value of its Admin:Token in a file, with --token-file."),

                // It says why: the name by which it was asked, a proxy, too many wrong tokens.
                HttpStatusCode.Forbidden or HttpStatusCode.TooManyRequests => throw new ToolException($"{_report} refuses: {FirstLine(text)}"),
                _ => throw new ToolException($"{_report} answers {(int)response.StatusCode} {response.ReasonPhrase}: it is no relay or client, or not its admin address."),
            };
        }
        catch (HttpRequestException exception)
        {
            throw new ToolException(
                $"Nothing answers at {_report}: {Describe(exception).TrimEnd('.')}.",
                "Is it running, and is this its admin address? That of 'serve' is 127.0.0.1:7001 unless --admin says otherwise; 'attach' has none unless --admin says one.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ToolException($"{_report} has not answered within {Patience.TotalSeconds:0} s.");
        }
    }

    /// <summary>Of a failure of TLS the outer words say only that there are inner ones, and those do not say that plain HTTP answers.</summary>
    private string Describe(HttpRequestException exception) => exception is { HttpRequestError: HttpRequestError.SecureConnectionError, InnerException: { } inner }
        ? $"TLS has failed, and the admin address itself speaks HTTP only, as in http://{_report.Authority}/ ({inner.Message.TrimEnd('.')})"
        : exception.Message;

    public void Dispose() => _http.Dispose();

    private static string FirstLine(string text)
    {
        string line = text.Split('\n', 2)[0].Trim();
        return line.Length <= LongestReason ? line : line[..LongestReason];
    }
}
