using System.Collections.Frozen;
using System.Reflection;

namespace Foolscap.Relay.AspNetCore.Web;

/// <summary>The files of the page, which are in this assembly.</summary>
internal static class PageFiles
{
    public const string Page = "index.html";
    public const string Login = "login.html";

    private static readonly FrozenDictionary<string, string> Types = new Dictionary<string, string>
    {
        [".html"] = "text/html; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, byte[]> Files = Load();

    /// <summary>Finds a file.</summary>
    /// <returns>Its type and content; null if there is none of that name.</returns>
    public static (string ContentType, byte[] Content)? Find(string name) =>
        Files.TryGetValue(name, out byte[]? content) ? (Types[Path.GetExtension(name)], content) : null;

    private static FrozenDictionary<string, byte[]> Load()
    {
        Assembly assembly = typeof(PageFiles).Assembly;
        Dictionary<string, byte[]> files = [];
        foreach (string name in assembly.GetManifestResourceNames().Where(name => Types.ContainsKey(Path.GetExtension(name))))
        {
            using Stream stream = assembly.GetManifestResourceStream(name)!;
            byte[] content = new byte[stream.Length];
            stream.ReadExactly(content);
            files.Add(name, content);
        }

        return files.ToFrozenDictionary();
    }
}
