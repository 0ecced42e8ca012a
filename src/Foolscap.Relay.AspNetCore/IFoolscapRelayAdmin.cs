namespace Foolscap.Relay.AspNetCore;

/// <summary>The admin endpoint that the host runs. Thread-safe.</summary>
public interface IFoolscapRelayAdmin
{
    /// <summary>Where the status page is; none before the host has started it, and where it only is part of a web application.</summary>
    IReadOnlyList<Uri> Addresses { get; }

    /// <summary>Makes a report: what <c>/status.json</c> answers, with the most active Tubs and the newest connections.</summary>
    /// <returns>The report.</returns>
    StatusReport GetStatus();
}
