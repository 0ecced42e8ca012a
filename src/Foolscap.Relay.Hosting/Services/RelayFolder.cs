using System.Security.Cryptography;
using Foolscap.Furls;
using Foolscap.Tubs;

namespace Foolscap.Relay.Hosting.Services;

/// <summary>The folder in which a relay keeps who it is.</summary>
internal sealed class RelayFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _path;
    private readonly string _key;

    /// <summary>Makes the folder if need be.</summary>
    /// <param name="path">The full path.</param>
    /// <param name="key">The key of the configuration that names it.</param>
    /// <exception cref="RelayServiceException">It cannot be made.</exception>
    public RelayFolder(string path, string key)
    {
        _path = path;
        _key = key;
        Try("made", () => OperatingSystem.IsWindows() ? Directory.CreateDirectory(path) : Directory.CreateDirectory(path, OwnerOnly));
    }

    /// <summary>The file with the registrar's FURL.</summary>
    public string FurlFile => Path.Combine(_path, "registrar.furl");

    private string CertificateFile => Path.Combine(_path, "relay.pem");

    /// <summary>Reads the relay's identity, or makes a new one.</summary>
    public TubCertificate LoadCertificate() => Try("used", () => TubCertificate.LoadOrCreate(CertificateFile), CertificateFile);

    /// <summary>Reads the name of the registrar's FURL, so that the FURL stays as it is.</summary>
    /// <returns>The name; null if there is no such file yet.</returns>
    public string? ReadRegistrarName() =>
        Try("used", () => File.Exists(FurlFile) ? Furl.Parse(File.ReadAllText(FurlFile).Trim()).Name : null, FurlFile);

    /// <summary>Writes the registrar's FURL, if another one stands there.</summary>
    public void WriteFurl(Furl furl) => Try("written", () =>
    {
        SecretFile.Write(FurlFile, $"{furl}\n");
        return true;
    }, FurlFile);

    private T Try<T>(string verb, Func<T> action, string? path = null)
    {
        try
        {
            return action();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException or FurlFormatException)
        {
            throw new RelayServiceException($"{path ?? _path} ({_key}) cannot be {verb}: {exception.Message}", exception);
        }
    }
}
