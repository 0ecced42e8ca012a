using Spectre.Console;

namespace Foolscap.Relay.Tool.Terminal;

/// <summary>The few colours that the program uses: those that can be told apart on light and on dark ground.</summary>
internal static class Styles
{
    public static readonly Style Plain = Style.Plain;
    public static readonly Style Good = new(Color.Green);
    public static readonly Style Bad = new(Color.Red);
    public static readonly Style Doubtful = new(Color.Olive);
    public static readonly Style Quiet = new(Color.Grey);
    public static readonly Style Strong = new(decoration: Decoration.Bold);
}
