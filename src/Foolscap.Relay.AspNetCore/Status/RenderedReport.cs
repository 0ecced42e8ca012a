using System.Collections.Concurrent;

namespace Foolscap.Relay.AspNetCore.Status;

/// <summary>A report, and what is sent of it.</summary>
/// <param name="Report">The report.</param>
/// <param name="Json">The same as UTF-8; nobody may change it.</param>
internal sealed record RenderedReport(StatusReport Report, byte[] Json);

/// <summary>
/// The reports that were made since the last look: whoever wants to see the same part gets the same one. Thread-safe.
/// </summary>
/// <param name="make">Makes a report.</param>
internal sealed class ReportCache(Func<ReportQuery, StatusReport> make)
{
    /// <summary>More parts are made for each reader: somebody may ask for ever new ones.</summary>
    private const int MostReports = 100;

    private ConcurrentDictionary<ReportQuery, Lazy<RenderedReport>> _reports = new();

    /// <summary>Gets the report of a part, and makes it if nobody has asked for it yet. Those who ask meanwhile wait for it.</summary>
    public RenderedReport Get(ReportQuery query)
    {
        ConcurrentDictionary<ReportQuery, Lazy<RenderedReport>> reports = Volatile.Read(ref _reports);
        return reports.TryGetValue(query, out Lazy<RenderedReport>? known) ? known.Value
            : reports.Count < MostReports ? reports.GetOrAdd(query, key => new Lazy<RenderedReport>(() => Render(key))).Value
            : Render(query);
    }

    /// <summary>Forgets all reports: there is something new to be seen.</summary>
    public void Clear() => Volatile.Write(ref _reports, new ConcurrentDictionary<ReportQuery, Lazy<RenderedReport>>());

    private RenderedReport Render(ReportQuery query)
    {
        StatusReport report = make(query);
        return new RenderedReport(report, report.ToUtf8Json());
    }
}
