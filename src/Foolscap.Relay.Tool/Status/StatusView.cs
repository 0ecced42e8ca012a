using System.Globalization;
using Foolscap.Relay.AspNetCore;
using Foolscap.Relay.Tool.Terminal;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Foolscap.Relay.Tool.Status;

/// <summary>A report as tables. Every text of it is shown as it is, without markup and control characters.</summary>
internal static class StatusView
{
    private const int MostTubs = 20;
    private const int MostEvents = 8;

    /// <summary>Below this many columns, TubIDs are shortened: whole ones would be broken.</summary>
    private const int EnoughColumns = 120;

    private const int ShortTubId = 12;

    /// <summary>Creates the view.</summary>
    /// <param name="report">The report.</param>
    /// <param name="columns">How wide the screen is.</param>
    /// <param name="problem">Why there is no newer report.</param>
    public static IRenderable Create(StatusReport report, int columns, string? problem = null)
    {
        List<IRenderable> parts = [];
        if (problem is not null)
        {
            parts.Add(Line((problem, Styles.Bad), ($" What follows is of {Clock(report.Time)}.", Styles.Quiet)));
        }

        if (report.Relay is { } relay)
        {
            AddRelay(parts, report, relay, columns);
        }

        if (report.Client is { } client)
        {
            AddClient(parts, report, client);
        }

        if (report.Relay is null && report.Client is null)
        {
            parts.Add(Line(("It has started neither a relay nor a client yet.", Styles.Doubtful)));
        }

        return new Rows(parts);
    }

    private static void AddRelay(List<IRenderable> parts, StatusReport report, RelayReport relay, int columns)
    {
        Style state = relay.State == "running" && relay.SelfProbe?.Failure is null ? Styles.Good : Styles.Bad;
        parts.Add(Line(
            ("Relay ", Styles.Plain), (relay.TubId, Styles.Strong), (" is ", Styles.Plain), (relay.State, state),
            ($", up {Duration(report.Time - report.Started)}, version {report.Version}", Styles.Plain)));
        parts.Add(Line(($"at {string.Join(", ", relay.Hints)}", Styles.Quiet)));
        if (relay.SelfProbe?.Failure is string failure)
        {
            parts.Add(Line(($"It does not answer itself: {failure}", Styles.Bad)));
        }

        if (relay.Warning is string warning)
        {
            parts.Add(Line((warning, Styles.Doubtful)));
        }

        parts.Add(Line(
            ($"Tubs: {Number(relay.Tubs.Total)}   streams: {Number(relay.ActiveStreams)} ({Number(relay.ActiveDirectStreams)} direct, {Number(relay.HeldConnections)} held, {Number(relay.TotalStreams)} ever)", Styles.Plain)));
        parts.Add(Line(
            ($"to Tubs {Bytes(relay.BytesPerSecondToTubs)}/s ({Bytes(relay.BytesToTubs)})   from Tubs {Bytes(relay.BytesPerSecondFromTubs)}/s ({Bytes(relay.BytesFromTubs)})", Styles.Plain)));
        if (relay.Refusals.Count > 0)
        {
            parts.Add(Line(($"refused: {string.Join(", ", relay.Refusals.Select(one => $"{one.Reason} {Number(one.Count)}"))}", Styles.Doubtful)));
        }

        if (relay.Tubs.Total > 0)
        {
            parts.Add(TubTable(report.Time, relay, columns));
        }

        foreach (EventReport one in relay.Events.Take(MostEvents))
        {
            // The text is the end of a sentence that begins with these two.
            string beginning = $"{one.Kind.Replace('_', ' ')} {(one.TubId is string tubId ? $"{tubId[..Math.Min(ShortTubId, tubId.Length)]} " : "")}";
            parts.Add(Line(($"{Clock(one.Time)} ", Styles.Quiet), (beginning + one.Text, one.Severity == "warning" ? Styles.Doubtful : Styles.Plain)));
        }
    }

    private static Table TubTable(DateTimeOffset now, RelayReport relay, int columns)
    {
        Table table = NewTable("Tub", "address", "for", "streams", "to it", "from it", "now", "seen");
        foreach (TubReport tub in relay.Tubs.Items.Take(MostTubs))
        {
            table.AddRow(
                Cell(columns < EnoughColumns && tub.TubId.Length > ShortTubId ? $"{tub.TubId[..ShortTubId]}..." : tub.TubId), Cell(tub.Address), Cell(Duration(now - tub.Since)), Cell($"{Number(tub.ActiveStreams)} of {Number(tub.TotalStreams)}"),
                Cell(Bytes(tub.BytesToTub)), Cell(Bytes(tub.BytesFromTub)), Cell($"{Bytes(tub.BytesPerSecond)}/s"), Cell($"{Duration(now - tub.LastSeen)} ago"));
        }

        if (relay.Tubs.Total > Math.Min(relay.Tubs.Items.Count, MostTubs))
        {
            table.Caption(new TableTitle($"and {Number(relay.Tubs.Total - Math.Min(relay.Tubs.Items.Count, MostTubs))} more"));
        }

        return table;
    }

    private static void AddClient(List<IRenderable> parts, StatusReport report, ClientReport client)
    {
        parts.Add(Line(
            ("Tub ", Styles.Plain), (client.TubId, Styles.Strong), ($"{(client.Target is string target ? $" at {target}" : "")}, up {Duration(report.Time - report.Started)}, version {report.Version}", Styles.Plain)));
        parts.Add(Line(
            ($"streams: {Number(client.ActiveStreams)} ({Number(client.ActiveDirectStreams)} direct, {Number(client.TotalStreams)} ever)   "
                + $"to the Tub {Bytes(client.BytesPerSecondToTub)}/s ({Bytes(client.BytesToTub)})   from it {Bytes(client.BytesPerSecondFromTub)}/s ({Bytes(client.BytesFromTub)})", Styles.Plain)));
        Table table = NewTable("relay", "state", "reached at", "why not");
        foreach (AttachmentReport relay in client.Relays)
        {
            string retry = relay.RetrySeconds > 0 ? $" Again in {relay.RetrySeconds.ToString("0", CultureInfo.InvariantCulture)} s." : "";
            table.AddRow(
                Cell(relay.Relay), new Text(relay.State, relay.State == "registered" ? Styles.Good : Styles.Doubtful),
                Cell(string.Join(", ", relay.Hints)), Cell($"{relay.Reason}{retry}"));
        }

        parts.Add(table);
    }

    private static Table NewTable(params string[] columns)
    {
        Table table = new Table().Border(TableBorder.Simple);
        foreach (string column in columns)
        {
            table.AddColumn(column);
        }

        return table;
    }

    private static Text Cell(string text) => new(ScreenExtensions.Printable(text));

    private static Paragraph Line(params ReadOnlySpan<(string Text, Style Style)> parts)
    {
        Paragraph line = new();
        foreach ((string text, Style style) in parts)
        {
            line.Append(ScreenExtensions.Printable(text), style);
        }

        return line;
    }

    private static string Clock(DateTimeOffset time) => time.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Duration(TimeSpan time) => time switch
    {
        { TotalSeconds: < 1 } => "0 s",
        { TotalMinutes: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s"),
        { TotalHours: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0} min"),
        { TotalDays: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0} h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalDays:0} d"),
    };

    private static string Bytes(double bytes) => bytes switch
    {
        < 1e3 => string.Create(CultureInfo.InvariantCulture, $"{bytes:0} B"),
        < 1e6 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.0} kB"),
        < 1e9 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB"),
        < 1e12 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.0} GB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e12:0.0} TB"),
    };
}
