using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.FileProviders.Physical;
using Microsoft.Extensions.Primitives;

namespace Foolscap.Relay.Tool.Configuration;

/// <summary>
/// The configuration file, read again when it changes. .NET's own provider forgets all values while the file is gone or broken;
/// here the old ones stay: else half a saved file would take away limits, and the list of those who may register.
/// </summary>
internal sealed class ConfigurationFile : ConfigurationProvider, IConfigurationSource, IDisposable
{
    /// <summary>An editor saves in several steps: so long nothing more must have changed.</summary>
    private static readonly TimeSpan SaveTime = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly string _path;
    private readonly PhysicalFileProvider _files;
    private readonly IDisposable _watch;
    private readonly Timer _saved;
    private bool _isRead;

    /// <summary>Creates the source; nothing is read yet.</summary>
    /// <param name="path">The file's full path.</param>
    /// <exception cref="ToolException">There is no such file.</exception>
    public ConfigurationFile(string path)
    {
        _path = path;
        RequireFile();
        _files = new PhysicalFileProvider(Path.GetDirectoryName(path)!, ExclusionFilters.None);
        _saved = new Timer(_ => Reload());
        _watch = ChangeToken.OnChange(() => _files.Watch(Path.GetFileName(path)), () => _saved.Change(SaveTime, Timeout.InfiniteTimeSpan));
    }

    /// <summary>Called when the file cannot be read any more: the old values stay.</summary>
    public Action<string>? OnUnreadable { get; set; }

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    /// <exception cref="ToolException">The first reading has failed.</exception>
    public override void Load()
    {
        lock (_gate)
        {
            try
            {
                Data = Read();
                _isRead = true;
            }
            catch (ToolException exception) when (_isRead)
            {
                OnUnreadable?.Invoke(exception.Message);
            }
        }
    }

    public void Dispose()
    {
        _watch.Dispose();
        _saved.Dispose();
        _files.Dispose();
    }

    private void Reload()
    {
        Load();
        OnReload();
    }

    private Dictionary<string, string?> Read()
    {
        RequireFile();
        try
        {
            using FileStream stream = new(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return new Dictionary<string, string?>(new ConfigurationBuilder().AddJsonStream(stream).Build().AsEnumerable(), StringComparer.OrdinalIgnoreCase);
        }
        catch (Exception exception) when (exception is FormatException or InvalidDataException or IOException or UnauthorizedAccessException or System.Text.Json.JsonException)
        {
            throw new ToolException(Describe(exception), exitCode: ExitCodes.Configuration);
        }
    }

    private void RequireFile()
    {
        if (!File.Exists(_path))
        {
            throw new ToolException(Directory.Exists(_path) ? $"{_path} is a folder, and no configuration file." : $"There is no configuration file {_path}.", exitCode: ExitCodes.Configuration);
        }
    }

    /// <summary>The innermost error says where in the file it is.</summary>
    private string Describe(Exception exception)
    {
        Exception inner = exception;
        while (inner.InnerException is not null)
        {
            inner = inner.InnerException;
        }

        // .NET's own words count lines from 0.
        string what = exception is UnauthorizedAccessException ? "this user may not read it." : inner switch
        {
            System.Text.Json.JsonException when IsBlank() => "it is empty.",
            System.Text.Json.JsonException { LineNumber: long line } => $"it is no JSON from line {line + 1} on. {inner.Message.Split(" LineNumber:")[0]}",
            _ => $"{inner.Message.TrimEnd('.')}.",
        };
        return $"The configuration file {_path} cannot be read: {what}";
    }

    private bool IsBlank()
    {
        try
        {
            return string.IsNullOrWhiteSpace(File.ReadAllText(_path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
