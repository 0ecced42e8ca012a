using Microsoft.Extensions.Logging;

namespace Foolscap.Relay.Tool.Logging;

/// <summary>One event of a log, ready to be written by another thread.</summary>
internal sealed record LogLine(
    DateTimeOffset Time, LogLevel Level, string Category, EventId Event, string Message, IReadOnlyList<KeyValuePair<string, object?>> Values, Exception? Exception);
