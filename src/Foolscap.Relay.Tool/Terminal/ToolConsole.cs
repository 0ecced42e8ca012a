using Spectre.Console;

namespace Foolscap.Relay.Tool.Terminal;

/// <summary>
/// Where the program writes. Results go to stdout, everything else to stderr; colours and what moves only to a terminal
/// (<c>NO_COLOR</c> and <c>TERM=dumb</c> are respected). Nothing is wrapped where a script may read it.
/// </summary>
internal sealed class ToolConsole
{
    private const int NeverWrap = 1 << 20;

    private static readonly string[] Dots = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
    private static readonly string[] Strokes = ["|", "/", "-", "\\"];

    private ToolConsole(TextWriter output, TextWriter error, bool outIsTerminal, bool errorIsTerminal)
    {
        OutIsTerminal = outIsTerminal;
        ErrorIsTerminal = errorIsTerminal;
        Screen = CreateScreen(Out = output, outIsTerminal);
        ErrorScreen = CreateScreen(Error = error, errorIsTerminal);
        Profile terminal = ErrorScreen.Profile;
        if (errorIsTerminal && terminal.Capabilities is { Ansi: true, Interactive: true })
        {
            Live = new LiveLine(error, () => terminal.Width, terminal.Capabilities.Unicode ? Dots : Strokes, TimeProvider.System);
            Out = outIsTerminal ? Live.Wrap(output) : output;
            Error = Live.Wrap(error);
            Screen.Profile.Out = new Around(Screen.Profile.Out, Out);
            ErrorScreen.Profile.Out = new Around(ErrorScreen.Profile.Out, Error);
        }
    }

    public TextWriter Out { get; }

    public TextWriter Error { get; }

    public bool OutIsTerminal { get; }

    public bool ErrorIsTerminal { get; }

    /// <summary>stdout with colours, where it is a terminal.</summary>
    public IAnsiConsole Screen { get; }

    /// <summary>stderr with colours, where it is a terminal.</summary>
    public IAnsiConsole ErrorScreen { get; }

    /// <summary>What is waited for, at the bottom of the terminal that stderr is; null if it is none, or cannot be drawn over.</summary>
    public LiveLine? Live { get; }

    /// <summary>Whether lines may be drawn over on stdout.</summary>
    public bool CanAnimate => OutIsTerminal && Screen.Profile.Capabilities.Ansi;

    /// <summary>Whether the user wants colours, if there is a terminal (no-color.org).</summary>
    public static bool WantsColour =>
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") != "dumb";

    public static ToolConsole Create()
    {
        // Windows' consoles need to be told; where that fails, question marks are no reason to stop.
        if (OperatingSystem.IsWindows())
        {
            try
            {
                Console.OutputEncoding = System.Text.Encoding.UTF8;
            }
            catch (IOException)
            {
            }
        }

        return new ToolConsole(Console.Out, Console.Error, !Console.IsOutputRedirected, !Console.IsErrorRedirected);
    }

    /// <summary>Writes an error: the program's name, what was wrong, and what to do about it.</summary>
    public void WriteError(string message, string? advice = null)
    {
        // In one piece: a line of the log must not come between.
        Paragraph text = new();
        text.Append("foolscap-relay: ", Styles.Bad);
        foreach (string line in advice?.Split('\n').Prepend(message) ?? [message])
        {
            text.Append($"{ScreenExtensions.Printable(line.TrimEnd('\r'))}\n");
        }

        ErrorScreen.Write(text);
    }

    private static IAnsiConsole CreateScreen(TextWriter writer, bool isTerminal)
    {
        bool isDumb = Environment.GetEnvironmentVariable("TERM") == "dumb";
        // Sixteen colours, which every terminal has its own tones for; and no detection, which takes an empty NO_COLOR for a wish.
        AnsiConsoleSettings settings = new()
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isTerminal && !isDumb ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isTerminal && WantsColour ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = isTerminal && !isDumb ? InteractionSupport.Detect : InteractionSupport.No,
        };

        // A build server is no terminal, whatever Spectre thinks of its environment.
        settings.Enrichment.UseDefaultEnrichers = false;
        IAnsiConsole screen = AnsiConsole.Create(settings);
        if (!isTerminal)
        {
            screen.Profile.Width = NeverWrap;
        }

        return screen;
    }

    /// <summary>What a screen knows of its terminal, with another writer: one that Spectre does not recognise would be none.</summary>
    private sealed class Around(IAnsiConsoleOutput terminal, TextWriter writer) : IAnsiConsoleOutput
    {
        public TextWriter Writer => writer;

        public bool IsTerminal => terminal.IsTerminal;

        public int Width => terminal.Width;

        public int Height => terminal.Height;

        public void SetEncoding(System.Text.Encoding encoding) => terminal.SetEncoding(encoding);
    }
}
