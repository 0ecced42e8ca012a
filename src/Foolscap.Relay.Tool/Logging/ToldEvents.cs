namespace Foolscap.Relay.Tool.Logging;

/// <summary>
/// Events of which a command tells its user in words of its own. Where both would be read on one terminal, or in one journal, the
/// log leaves them out; for a collector it has them.
/// </summary>
internal static class ToldEvents
{
    public const int Listening = 1004;
    public const int Registered = 4000;
    public const int RelayStarted = 5000;
    public const int StatusPageServed = 6000;
}
