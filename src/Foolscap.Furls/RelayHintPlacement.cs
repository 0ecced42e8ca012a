namespace Foolscap.Furls;

/// <summary>Where <see cref="Furl.WithRelayHints"/> puts the hints that lead to a relay.</summary>
/// <remarks>
/// Foolscap's connector tries all hints of a FURL at the same time and keeps the connection that the negotiation
/// chooses, so the place is a wish for readers that try one hint after the other, not a promise.
/// </remarks>
public enum RelayHintPlacement
{
    /// <summary>Before all other hints.</summary>
    First = 0,

    /// <summary>After all other hints.</summary>
    Last = 1,

    /// <summary>Instead of all other hints: nobody learns the direct addresses of the Tub from the FURL.</summary>
    Only = 2,
}
