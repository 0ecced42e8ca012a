namespace Foolscap.Tubs;

/// <summary>
/// A connection whose request header has been read and found to be good, and which asks for something else than a Tub
/// (<c>/id/TUBID</c>). Nothing has been sent.
/// </summary>
/// <param name="Path">What the request names, from its slash on: any text without white space.</param>
/// <param name="Connection">The connection, from the first byte behind the header on.</param>
public sealed record PathRequest(string Path, TransportConnection Connection);
