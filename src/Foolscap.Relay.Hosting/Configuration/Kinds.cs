namespace Foolscap.Relay.Hosting.Configuration;

/// <summary>The kinds of values that several keys have.</summary>
internal static class Kinds
{
    public static readonly DurationKind Positive = new(TimeSpan.FromMilliseconds(1));
    public static readonly DurationKind PositiveOrOff = new(TimeSpan.FromMilliseconds(1), mayBeOff: true);
    public static readonly NumberKind<int> Count = new(1, int.MaxValue, "whole number", "1 and more");
    public static readonly SizeKind<int> Window = new(1, int.MaxValue);
    public static readonly SizeKind<long> Buffer = new(1024 * 1024, long.MaxValue);
    public static readonly OptionalSizeKind Rate = new(1);
}

/// <summary>Yes or no.</summary>
internal sealed class FlagKind() : ValueKind<bool>("flag", "true or false")
{
    public override string? Read(string text, out bool value) => bool.TryParse(text, out value) ? null : "is neither true nor false";

    public override string? Check(bool value) => null;

    public override string Format(bool value) => value ? "true" : "false";
}
