namespace Foolscap.Relay.Tool.Logging;

/// <summary>Writes log lines in one of the formats. Called by one thread at a time.</summary>
internal interface ILogLineWriter
{
    void Write(LogLine line);
}
