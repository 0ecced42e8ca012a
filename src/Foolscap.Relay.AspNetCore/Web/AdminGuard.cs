using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Foolscap.Relay.AspNetCore.Web;

/// <summary>
/// Decides who may look. With a token, whoever gives it; without one, only this machine, under a name of this machine: a web page
/// from elsewhere, whose name suddenly means 127.0.0.1, would otherwise read the answers (DNS rebinding). Thread-safe.
/// </summary>
internal sealed class AdminGuard
{
    private const string Scheme = "Bearer ";
    private static readonly TimeSpan CookieLifetime = TimeSpan.FromDays(7);

    /// <summary>What a proxy adds to the requests that it passes on.</summary>
    private static readonly string[] ProxyHeaders = ["Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP"];

    private readonly TimeProvider _timeProvider;
    private readonly LoginFailures _failures;
    private readonly byte[]? _tokenHash;

    // A browser gives the cookies of all ports of a host to each of them; those of two relays must not push each other out.
    private readonly string _cookieName;

    public AdminGuard(IOptions<RelayAdminOptions> options, TimeProvider timeProvider)
    {
        _timeProvider = timeProvider;
        _failures = new LoginFailures(timeProvider);
        _tokenHash = options.Value.Token is string token ? Hash(token) : null;
        _cookieName = _tokenHash is null ? "" : $"foolscap-relay-admin-{Sign("name")[..8]}";
    }

    /// <summary>Whether a token is needed at all.</summary>
    public bool NeedsToken => _tokenHash is not null;

    /// <summary>Looks whether this connection may ask anything at all.</summary>
    /// <returns>Why not; null if it may.</returns>
    public string? FindObjection(HttpContext context)
    {
        if (IsOfAnotherPage(context.Request))
        {
            return "This is for its own pages only, and a page of another site has asked.";
        }

        if (NeedsToken)
        {
            return null;
        }

        if (!IsLoopback(context.Connection.RemoteIpAddress) || !IsLoopback(context.Connection.LocalIpAddress))
        {
            return $"Without a token ({RelayAdminConfiguration.Section}:{nameof(RelayAdminOptions.Token)}) only this machine may look.";
        }

        if (Array.Find(ProxyHeaders, context.Request.Headers.ContainsKey) is string header)
        {
            return $"Without a token only this machine may look, and a proxy passes this request on ({header}).";
        }

        return IsOwnName(context.Request.Host.Host)
            ? null
            : "Without a token this answers only to 127.0.0.1, [::1] and localhost, and the request's Host is another name.";
    }

    /// <summary>Looks whether a request brings the token, or the cookie that was given for it.</summary>
    public Verdict Check(HttpContext context)
    {
        if (!NeedsToken)
        {
            return Verdict.Allowed;
        }

        string authorization = context.Request.Headers.Authorization.ToString();
        if (authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return CheckToken(context, authorization[Scheme.Length..].Trim());
        }

        return context.Request.Cookies[_cookieName] is string cookie && IsGenuine(cookie) ? Verdict.Allowed : Verdict.Missing;
    }

    /// <summary>Compares a token, unless its sender has given too many wrong ones.</summary>
    public Verdict CheckToken(HttpContext context, string token)
    {
        if (_tokenHash is null)
        {
            return Verdict.Allowed;
        }

        if (_failures.AreTooMany(context.Connection.RemoteIpAddress))
        {
            return Verdict.TooMany;
        }

        // Hashes, because they are of one length: the time tells nothing of the token's own.
        if (CryptographicOperations.FixedTimeEquals(Hash(token), _tokenHash))
        {
            return Verdict.Allowed;
        }

        _failures.Add(context.Connection.RemoteIpAddress);
        return Verdict.Wrong;
    }

    /// <summary>Gives a browser a cookie that stands for the token for a while.</summary>
    public void SetCookie(HttpContext context, string path)
    {
        DateTimeOffset expires = _timeProvider.GetUtcNow() + CookieLifetime;
        string until = expires.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        CookieOptions cookie = Options(context, path);
        cookie.MaxAge = CookieLifetime;
        context.Response.Cookies.Append(_cookieName, $"{until}.{Sign(until)}", cookie);
    }

    /// <summary>Takes the cookie back.</summary>
    public void DeleteCookie(HttpContext context, string path) => context.Response.Cookies.Delete(_cookieName, Options(context, path));

    private static CookieOptions Options(HttpContext context, string path) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = context.Request.IsHttps,
        Path = path,
        IsEssential = true,
    };

    /// <summary>
    /// Whether a page from elsewhere asks, for more than to be left for this one by a link. Another port of this host is elsewhere,
    /// too: a form that a page sends here again and again would have its reader shut out for wrong tokens.
    /// </summary>
    private static bool IsOfAnotherPage(HttpRequest request) =>
        (string?)request.Headers["Sec-Fetch-Site"] is "cross-site" or "same-site"
        && !(request.Headers["Sec-Fetch-Mode"] == "navigate" && HttpMethods.IsGet(request.Method));

    /// <summary>An address that is not known belongs to a socket of this machine's file system, or to a test.</summary>
    private static bool IsLoopback(IPAddress? address) => address is null || IPAddress.IsLoopback(address);

    private static bool IsOwnName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address));

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    private bool IsGenuine(string cookie)
    {
        int dot = cookie.IndexOf('.', StringComparison.Ordinal);
        return dot > 0
            && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(cookie[(dot + 1)..]), Encoding.ASCII.GetBytes(Sign(cookie[..dot])))
            && long.TryParse(cookie[..dot], NumberStyles.None, CultureInfo.InvariantCulture, out long until)
            && until > _timeProvider.GetUtcNow().ToUnixTimeSeconds();
    }

    /// <summary>Signs with the token, so that another token makes all cookies void, and nothing is kept of them here.</summary>
    private string Sign(string text) => Base64Url.EncodeToString(HMACSHA256.HashData(_tokenHash!, Encoding.ASCII.GetBytes($"cookie {text}")));
}

/// <summary>What became of a look at who asks.</summary>
internal enum Verdict
{
    /// <summary>He may.</summary>
    Allowed,

    /// <summary>He has given nothing.</summary>
    Missing,

    /// <summary>He has given a wrong token.</summary>
    Wrong,

    /// <summary>He has given too many wrong tokens, and must wait.</summary>
    TooMany,
}
