namespace Foolscap.Relay.Tool.Logging;

/// <summary>How log lines look.</summary>
internal enum LogFormat
{
    /// <summary>Text on a terminal and in systemd's journal, JSON lines anywhere else.</summary>
    Auto,

    /// <summary>One line of text for each event.</summary>
    Text,

    /// <summary>One JSON object a line, for a collector.</summary>
    Json,
}
