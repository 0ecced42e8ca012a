namespace Foolscap.Relay.Hosting;

/// <summary>One fault of a configuration. Its text is safe to show and to log: what may be a secret is not in it.</summary>
/// <param name="Key">The key, such as <c>Relay:Limits:MaxStreams</c>.</param>
/// <param name="Value">What stands there; <see langword="null"/> if nothing does, or if it may be a secret.</param>
/// <param name="Problem">What is wrong with it, as the rest of a sentence: "is no whole number".</param>
/// <param name="Allowed">What would be right.</param>
public sealed record ConfigurationFault(string Key, string? Value, string Problem, string Allowed)
{
    /// <summary>The problem of a key that nobody knows.</summary>
    internal const string UnknownKey = "is no key that is known here";

    private const int LongestValue = 80;

    /// <summary>What to do about it, in sentences; <see langword="null"/> where <see cref="Allowed"/> says enough.</summary>
    public string? Advice { get; init; }

    /// <summary>The fault as one line.</summary>
    public override string ToString()
    {
        string what = Value is null ? Key : $"{Key} = \"{Shorten(Value)}\"";
        return Advice is not null ? $"{what} {Problem}. {Advice}"
            : Value is null ? $"{what} {Problem}; wanted: {Allowed}"
            : $"{what} {Problem}; allowed: {Allowed}";
    }

    private static string Shorten(string value) => value.Length <= LongestValue ? value : $"{value[..LongestValue]}...";
}
