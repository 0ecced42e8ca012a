using System.Security.Cryptography;
using System.Text;
using Foolscap.Tubs.Tests.Banana;

namespace Foolscap.Relay.Fuzz.Engine;

/// <summary>
/// The inputs that are kept, a folder for each target: hand-made ones, and those that were found. A file that ends in
/// <c>.wire</c> is banana as text; any other is the input itself.
/// </summary>
internal static class Corpus
{
    public static IReadOnlyList<string> GetFiles(string folder, string target)
    {
        string path = Path.Combine(folder, target);
        return Directory.Exists(path) ? [.. Directory.GetFiles(path).Order(StringComparer.Ordinal)] : [];
    }

    public static byte[] Load(string path)
    {
        if (!path.EndsWith(".wire", StringComparison.Ordinal))
        {
            return File.ReadAllBytes(path);
        }

        // The first line may be a comment; and where two sides can be attacked, a letter and a colon tell which.
        string text = string.Join(' ', File.ReadAllLines(path).Where(line => !line.StartsWith("//", StringComparison.Ordinal)));
        return text.Length > 1 && text[1] == ':'
            ? [(byte)text[0], .. Wire.Bytes(text[2..])]
            : Wire.Bytes(text);
    }

    /// <summary>Keeps an input that was found.</summary>
    /// <returns>The file.</returns>
    public static string Save(string folder, string target, byte[] input)
    {
        string hash = Convert.ToHexStringLower(SHA256.HashData(input))[..8];
        string path = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, target)).FullName, $"{target}-{hash}.bin");
        File.WriteAllBytes(path, input);
        return path;
    }

    /// <summary>An input for people: as hexadecimal digits, and as text.</summary>
    public static string Show(byte[] input)
    {
        ReadOnlySpan<byte> start = input.AsSpan(0, Math.Min(input.Length, 200));
        StringBuilder text = new(Convert.ToHexStringLower(start));
        text.Append("  ");
        foreach (byte value in start)
        {
            text.Append(value is >= 0x20 and < 0x7F ? (char)value : '.');
        }

        return text.Append(start.Length < input.Length ? $" ... {input.Length} bytes" : string.Empty).ToString();
    }
}
