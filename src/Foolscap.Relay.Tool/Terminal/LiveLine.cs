using System.Text;

namespace Foolscap.Relay.Tool.Terminal;

/// <summary>
/// One line at the bottom of a terminal that says what is waited for, and moves. What is written to the terminal by way of
/// <see cref="Wrap"/> meanwhile appears above it. It is never wider than the terminal, so that it can be erased. Thread-safe.
/// </summary>
internal sealed class LiveLine
{
    private const string Erase = "\r\u001b[2K";
    private const string Cut = "...";
    private const int UsualWidth = 80;

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(120);

    private readonly Lock _gate = new();
    private readonly TextWriter _terminal;
    private readonly Func<int> _getWidth;
    private readonly IReadOnlyList<string> _frames;
    private readonly ITimer _timer;
    private string? _text;
    private int _frame;
    private bool _isDrawn;
    private bool _isWithinLine;

    /// <summary>Creates the line, which is not shown yet.</summary>
    /// <param name="terminal">The terminal, which understands ANSI's escape sequences.</param>
    /// <param name="getWidth">How many columns it has now.</param>
    /// <param name="frames">What moves before the text.</param>
    /// <param name="timeProvider">What makes it move.</param>
    public LiveLine(TextWriter terminal, Func<int> getWidth, IReadOnlyList<string> frames, TimeProvider timeProvider)
    {
        (_terminal, _getWidth, _frames) = (terminal, getWidth, frames);
        _timer = timeProvider.CreateTimer(_ => Move(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Shows a text in place of the one before.</summary>
    public void Show(string text)
    {
        lock (_gate)
        {
            bool isNew = _text is null;
            _text = ScreenExtensions.Printable(text);
            Draw();
            if (isNew)
            {
                _timer.Change(Step, Step);
            }
        }
    }

    /// <summary>Takes the line away.</summary>
    public void Hide()
    {
        lock (_gate)
        {
            _text = null;
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            Clear();
        }
    }

    /// <summary>A writer to the same terminal, whose lines appear above this one.</summary>
    public TextWriter Wrap(TextWriter writer) => new Above(this, writer);

    private void Move()
    {
        try
        {
            lock (_gate)
            {
                _frame = (_frame + 1) % _frames.Count;
                Draw();
            }
        }
        catch (IOException)
        {
            // The terminal has gone. Whether that ends the program is not decided here.
        }
    }

    private void Draw()
    {
        // Half a line of somebody else's stands there: its end comes first.
        if (_text is null || _isWithinLine)
        {
            return;
        }

        // One column less: a line that fills the last one wraps on some terminals.
        int width = Math.Max((_getWidth() is > 0 and int columns ? columns : UsualWidth) - 1, Cut.Length);
        string line = $"{_frames[_frame]} {_text}";
        _terminal.Write($"{Erase}{(line.Length <= width ? line : line[..(width - Cut.Length)] + Cut)}");
        _terminal.Flush();
        _isDrawn = true;
    }

    private void Clear()
    {
        if (_isDrawn)
        {
            _terminal.Write(Erase);
            _terminal.Flush();
            _isDrawn = false;
        }
    }

    private void WriteAbove(TextWriter writer, ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
        {
            return;
        }

        lock (_gate)
        {
            Clear();
            writer.Write(text);
            writer.Flush();
            _isWithinLine = text[^1] != '\n';
            Draw();
        }
    }

    /// <summary>Each text is written whole, with the line taken away for it.</summary>
    private sealed class Above(LiveLine line, TextWriter inner) : TextWriter(inner.FormatProvider)
    {
        public override Encoding Encoding => inner.Encoding;

        public override void Write(char value) => line.WriteAbove(inner, [value]);

        public override void Write(char[] buffer, int index, int count) => line.WriteAbove(inner, buffer.AsSpan(index, count));

        public override void Write(ReadOnlySpan<char> buffer) => line.WriteAbove(inner, buffer);

        public override void Write(string? value) => line.WriteAbove(inner, value);

        public override void WriteLine() => line.WriteAbove(inner, CoreNewLine);

        public override void WriteLine(string? value) => line.WriteAbove(inner, $"{value}{NewLine}");

        public override void WriteLine(object? value) => WriteLine(Convert.ToString(value, FormatProvider));

        public override void Flush() => inner.Flush();
    }
}
