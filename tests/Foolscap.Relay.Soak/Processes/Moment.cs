namespace Foolscap.Relay.Soak.Processes;

/// <summary>When the figures of the table are taken.</summary>
internal enum Moment
{
    /// <summary>Everyone is registered, and nobody has called yet.</summary>
    Before,

    /// <summary>Everything has been in use: after a minute, or half of a short run.</summary>
    Warm,

    /// <summary>At the end of the run, while everything is still in use.</summary>
    End,

    /// <summary>After the run, when everyone has gone.</summary>
    After,
}
