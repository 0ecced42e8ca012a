namespace Foolscap.Relay.Interop.Tests.Peers;

/// <summary>The names of what a caller can do with C; the same as in caller_b.py.</summary>
internal static class CallerSteps
{
    public const string Types = "types";
    public const string Error = "error";
    public const string Callback = "callback";
    public const string Up = "up";
    public const string Down = "down";
    public const string Many = "many";
    public const string Hello = "hello";

    /// <summary>How much the steps up and down carry.</summary>
    public const int Size = 8 * 1024 * 1024;

    public static IReadOnlyList<string> All { get; } = [Types, Error, Callback, Up, Down, Many, Hello];
}
