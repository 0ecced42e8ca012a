using System.Security.Cryptography;

namespace StorageServer;

/// <summary>The name of a blob: its SHA-256. Nothing else can be made of one, a path least of all.</summary>
internal sealed record BlobHash
{
    private BlobHash(string text) => Text = text;

    public string Text { get; }

    public static BlobHash Parse(string text) =>
        text.Length == SHA256.HashSizeInBytes * 2 && text.All(char.IsAsciiHexDigit)
            ? new BlobHash(text.ToLowerInvariant())
            : throw new FormatException($"A blob's hash has {SHA256.HashSizeInBytes * 2} hexadecimal digits; this is none.");

    public static BlobHash Of(byte[] sha256) => new(Convert.ToHexStringLower(sha256));

    public static async Task<BlobHash> OfAsync(Stream content, CancellationToken cancellationToken) =>
        Of(await SHA256.HashDataAsync(content, cancellationToken));

    public override string ToString() => Text;
}
