using System.Security.Cryptography;
using Foolscap.Tubs;

namespace Foolscap.Relay.Tool;

/// <summary>Reads a Tub's PEM file, and says what to do if that fails.</summary>
internal static class PemFile
{
    /// <exception cref="ToolException">It cannot be read, or is no such file.</exception>
    public static TubCertificate Load(string path)
    {
        if (Directory.Exists(path))
        {
            throw new ToolException($"{path} is a folder, and no PEM file.", "That of a Tahoe-LAFS node is private/node.pem in the node's folder.");
        }

        try
        {
            return TubCertificate.Load(path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ToolException($"There is no file {path}.", "A Tahoe-LAFS node writes its private/node.pem when it is first started.");
        }
        catch (UnauthorizedAccessException)
        {
            throw new ToolException(
                $"{path} may not be read by this user.", "It holds a private key: run this as the user that the Tub runs as, or let a service manager hand the file over.");
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or ArgumentException)
        {
            throw new ToolException($"{path}: {exception.Message}");
        }
    }
}
