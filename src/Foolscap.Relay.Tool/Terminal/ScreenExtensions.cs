using Spectre.Console;

namespace Foolscap.Relay.Tool.Terminal;

/// <summary>Writing to a screen without Spectre's markup: a host may be called <c>[red]</c>, or <c>:key:</c>.</summary>
internal static class ScreenExtensions
{
    /// <summary>Writes a line of parts, each in its style.</summary>
    public static void WriteStyled(this IAnsiConsole screen, params ReadOnlySpan<(string Text, Style Style)> parts)
    {
        Paragraph line = new();
        foreach ((string text, Style style) in parts)
        {
            line.Append(Printable(text), style);
        }

        line.Append("\n");
        screen.Write(line);
    }

    /// <summary>
    /// A text without control characters: what a stranger sends must not move the cursor of a terminal, or forge lines.
    /// </summary>
    public static string Printable(string text) => text.AsSpan().IndexOfAnyInRange('\0', '\x1F') < 0 && text.AsSpan().IndexOfAnyInRange('\x7F', '\x9F') < 0
        ? text
        : string.Create(text.Length, text, static (target, source) =>
        {
            for (int index = 0; index < target.Length; index++)
            {
                target[index] = char.IsControl(source[index]) ? '\uFFFD' : source[index];
            }
        });
}
