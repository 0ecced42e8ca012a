using System.Security.Cryptography;
using Foolscap.Furls;
using Foolscap.Tubs;

namespace Foolscap.Relay.Hosting.Services;

/// <summary>The folder in which a relay keeps who it is. It is that of one process until it is disposed.</summary>
internal sealed class RelayFolder : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _path;
    private readonly string _key;
    private readonly FolderLock _lock;

    /// <summary>Makes the folder if need be, and takes it.</summary>
    /// <param name="path">The full path.</param>
    /// <param name="key">The key of the configuration that names it.</param>
    /// <exception cref="RelayServiceException">It cannot be made, or another process has it.</exception>
    public RelayFolder(string path, string key)
    {
        _path = path;
        _key = key;
        if (File.Exists(path))
        {
            throw new RelayServiceException($"{path} ({key}) is a file, and no folder.", new IOException());
        }

        Try("made", () => OperatingSystem.IsWindows() ? Directory.CreateDirectory(path) : Directory.CreateDirectory(path, OwnerOnly));
        _lock = FolderLock.Take(path, key);
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

    /// <summary>Lets others have the folder.</summary>
    public void Dispose() => _lock.Dispose();

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
