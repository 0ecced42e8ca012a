namespace Foolscap.Relay.AspNetCore;

/// <summary>
/// The admin endpoint of a relay or a relay client: status page, metrics, health. Plain types only, so that it binds from a section;
/// <see cref="RelayAdminConfiguration.Keys"/> describes each key. Not thread-safe while it is being filled.
/// </summary>
public sealed class RelayAdminOptions
{
    /// <summary>The fewest characters of a <see cref="Token"/>.</summary>
    public const int ShortestToken = 16;

    /// <summary>
    /// The addresses on which it listens, apart from whatever else the host serves; <c>127.0.0.1:7001</c> by default, port 0 for
    /// any free one. An address that is not of loopback needs a <see cref="Token"/>. Empty where the host maps it into a web application
    /// of its own (<c>MapFoolscapRelayAdmin</c>). It is plain HTTP: put a proxy with TLS before it, or use a tunnel.
    /// </summary>
    public IList<string> Listen { get; } = ["127.0.0.1:7001"];

    /// <summary>
    /// The secret that everybody must give, also on loopback: programs as <c>Authorization: Bearer</c>, people in a form. At
    /// least 16 characters. <see langword="null"/>, the default: only this machine may look, and may do so without.
    /// </summary>
    public string? Token { get; set; }

    /// <summary>
    /// How many status pages may be open at once. 50 by default. With 10,000 Tubs and 10,000 streams the first page costs about
    /// 40 ms of processor time a second, and each other view (order, filter, page of the list) about 10 ms; those who look at the
    /// same share it. Each is sent about 45 KB a second.
    /// </summary>
    public int MaxViewers { get; set; } = 50;
}
