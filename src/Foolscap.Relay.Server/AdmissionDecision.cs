namespace Foolscap.Relay.Server;

/// <summary>What a policy decides. The default value denies, so that a mistake lets nobody in.</summary>
public readonly record struct AdmissionDecision
{
    private AdmissionDecision(bool isAllowed, string? reason) => (IsAllowed, Reason) = (isAllowed, reason);

    /// <summary>Lets it happen.</summary>
    public static AdmissionDecision Allow { get; } = new(isAllowed: true, reason: null);

    /// <summary>Whether it may happen.</summary>
    public bool IsAllowed { get; }

    /// <summary>Why not, for the peer to read; <see langword="null"/> if there is no more to say.</summary>
    public string? Reason { get; }

    /// <summary>Does not let it happen.</summary>
    /// <param name="reason">Why, for the peer to read.</param>
    /// <returns>The decision.</returns>
    public static AdmissionDecision Deny(string reason) => new(isAllowed: false, reason);
}
