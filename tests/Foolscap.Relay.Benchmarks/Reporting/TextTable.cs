using Spectre.Console;

namespace Foolscap.Relay.Benchmarks.Reporting;

/// <summary>A table: drawn on a terminal, and in plain text everywhere else. The first column is text, the others are numbers.</summary>
/// <param name="headers">The names of the columns.</param>
internal sealed class TextTable(params IReadOnlyList<string> headers)
{
    private readonly List<IReadOnlyList<string>> _rows = [];

    public void Add(params IReadOnlyList<string> row) => _rows.Add(row);

    public void Print()
    {
        if (Console.IsOutputRedirected)
        {
            PrintPlain();
        }
        else
        {
            PrintDrawn();
        }
    }

    private void PrintPlain()
    {
        int[] widths = [.. headers.Select((header, column) => _rows.Max(row => row[column].Length) is int width && width > header.Length ? width : header.Length)];
        foreach (IReadOnlyList<string> row in _rows.Prepend(headers))
        {
            IEnumerable<string> cells = row.Select((cell, column) => column == 0 ? cell.PadRight(widths[0]) : cell.PadLeft(widths[column]));
            Console.WriteLine(string.Join("  ", cells).TrimEnd());
        }
    }

    private void PrintDrawn()
    {
        Table table = new() { Border = TableBorder.Rounded };
        foreach (string header in headers)
        {
            TableColumn column = new(Markup.Escape(header)) { Alignment = header == headers[0] ? Justify.Left : Justify.Right, NoWrap = true };
            table.AddColumn(column);
        }

        foreach (IReadOnlyList<string> row in _rows)
        {
            table.AddRow([.. row.Select(Markup.Escape)]);
        }

        AnsiConsole.Write(table);
    }
}
