namespace Foolscap.Relay.Server.Admission;

/// <summary>
/// The limits that hold at the moment. Whoever limits something asks here each time, so that a change takes effect with the
/// next question. Thread-safe.
/// </summary>
internal sealed class CurrentLimits(RelayLimits limits)
{
    /// <summary>So often in a row a Tub may register.</summary>
    private const int RegistrationBurst = 20;

    private readonly Lock _gate = new();
    private volatile RelayLimits _value = limits;

    /// <summary>Told the new limits after a change, one change at a time: for what cannot ask each time.</summary>
    public event Action<RelayLimits>? Changed;

    public RelayLimits Value => _value;

    /// <summary>How often one Tub may be offered a connection.</summary>
    public TokenRate AcceptRate => new(Value.AcceptsPerSecondPerTub, 2.0 * Value.AcceptsPerSecondPerTub);

    /// <summary>How often one Tub may register.</summary>
    public TokenRate RegistrationRate => new(Value.RegistrationsPerMinutePerTub / 60.0, RegistrationBurst);

    /// <summary>How many bytes the streams of one Tub may carry, if that is limited.</summary>
    public TokenRate? ByteRateOfTub => Value.BytesPerSecondPerTub is long rate ? new(rate, rate) : null;

    /// <summary>How many bytes all streams may carry, if that is limited.</summary>
    public TokenRate? ByteRate => Value.BytesPerSecond is long rate ? new(rate, rate) : null;

    /// <summary>Puts others in their place.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One of them is out of its range; nothing has changed then.</exception>
    public void Set(RelayLimits limits)
    {
        limits.Validate();
        lock (_gate)
        {
            _value = limits;
            Changed?.Invoke(limits);
        }
    }
}
