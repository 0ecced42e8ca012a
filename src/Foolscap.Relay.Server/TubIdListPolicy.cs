using System.Collections.Frozen;
using Foolscap.Furls;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Foolscap.Relay.Server;

/// <summary>
/// Lets those Tubs register that stand in a file: one TubID a line, empty lines and what follows a <c>#</c> not counted.
/// The file is read again when it has changed, at most once a second.
/// </summary>
/// <remarks>
/// While the file is missing or cannot be read, nobody may register; those who are registered stay. A line that is no TubID admits nobody, and is logged;
/// the others count. Write a new file beside the old one and rename it, so that half a list is never read. Thread-safe.
/// </remarks>
public sealed class TubIdListPolicy : IRegistrationPolicy
{
    private const string NotListed = "this relay takes only Tubs that its operator has listed";

    /// <summary>So that a flood of registrations is no flood of questions to the file system.</summary>
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly string _path;
    private readonly RelayLog _log;
    private readonly TimeProvider _timeProvider;
    private FrozenSet<TubId> _listed = [];
    private (DateTime Written, long Length)? _version;
    private bool _isUnreadable;
    private long? _checkedAt;

    /// <summary>Creates a policy, and reads the file.</summary>
    /// <param name="path">The file. It need not be there yet; that it is not is logged.</param>
    /// <param name="loggerFactory">Where it logs; nowhere if not given.</param>
    /// <param name="timeProvider">The clock; the system's if not given.</param>
    public TubIdListPolicy(string path, ILoggerFactory? loggerFactory = null, TimeProvider? timeProvider = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _path = Path.GetFullPath(path);
        _log = new RelayLog((loggerFactory ?? NullLoggerFactory.Instance).CreateLogger("Foolscap.Relay.Server"));
        _timeProvider = timeProvider ?? TimeProvider.System;

        // Whoever has mistyped the file's name, or a TubID in it, reads so at once, and not when the first Tub is refused.
        Refresh();
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public ValueTask<AdmissionDecision> DecideAsync(RegistrationRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        lock (_gate)
        {
            if (_checkedAt is not long last || _timeProvider.GetElapsedTime(last) >= CheckInterval)
            {
                _checkedAt = _timeProvider.GetTimestamp();
                Refresh();
            }

            if (_isUnreadable)
            {
                throw new IOException($"The list of Tubs in {_path} cannot be read.");
            }

            return new(_listed.Contains(request.TubId) ? AdmissionDecision.Allow : AdmissionDecision.Deny(NotListed));
        }
    }

    private void Refresh()
    {
        try
        {
            // By the open file: what a FileInfo tells is that of a link, if the path is one, and not of what it leads to.
            using FileStream file = new(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            (DateTime, long) version = (File.GetLastWriteTimeUtc(file.SafeFileHandle), file.Length);
            _isUnreadable = false;
            if (_version != version)
            {
                _listed = Parse(ReadLines(file));
                _version = version;
                _log.ListRead(_path, _listed.Count);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            if (!_isUnreadable)
            {
                _log.ListUnreadable(_path, exception.Message);
            }

            (_listed, _version, _isUnreadable) = ([], null, true);
        }
    }

    private static List<string> ReadLines(FileStream file)
    {
        using StreamReader reader = new(file);
        List<string> lines = [];
        while (reader.ReadLine() is string line)
        {
            lines.Add(line);
        }

        return lines;
    }

    private FrozenSet<TubId> Parse(List<string> lines)
    {
        List<TubId> tubIds = [];
        for (int index = 0; index < lines.Count; index++)
        {
            string text = lines[index].Split('#', 2)[0].Trim();

            // Shorter ones are TubIDs to Foolscap, and of no certificate: here something was cut off.
            if (TubId.TryParse(text, out TubId? tubId) && tubId.IsFullLength)
            {
                tubIds.Add(tubId);
            }
            else if (text.Length > 0)
            {
                _log.ListLineInvalid(_path, index + 1);
            }
        }

        return tubIds.ToFrozenSet();
    }
}
