namespace Foolscap.Relay.Server.Registration;

/// <summary>
/// Which processes have registered one TubID lately, to notice two that fight over it: one that was replaced and comes
/// back. Processes that follow each other are no fight, each of them is new. The registry's lock guards it.
/// </summary>
internal sealed class RegistrationHistory(TimeProvider timeProvider)
{
    /// <summary>Within this time a return counts: both sides wait up to half a minute before they come back.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(5);

    private const int MaxProcesses = 8;

    private readonly List<(string Process, string Address, long At)> _lately = [];

    /// <summary>Notes a registration.</summary>
    /// <param name="process">What the process calls itself (its incarnation).</param>
    /// <param name="address">Where it connects from.</param>
    /// <returns>The address of the other process if this one had been replaced by it and is back; none if all is well.</returns>
    public string? Add(string process, string address)
    {
        _lately.RemoveAll(one => timeProvider.GetElapsedTime(one.At) > Memory);
        string? rival = _lately.Count > 0 && _lately[^1].Process != process && _lately.Any(one => one.Process == process)
            ? _lately[^1].Address
            : null;
        _lately.RemoveAll(one => one.Process == process);
        _lately.Add((process, address, timeProvider.GetTimestamp()));
        if (_lately.Count > MaxProcesses)
        {
            _lately.RemoveAt(0);
        }

        return rival;
    }
}
