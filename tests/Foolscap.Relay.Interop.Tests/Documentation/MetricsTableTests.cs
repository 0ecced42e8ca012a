using System.Diagnostics.Metrics;
using System.Net;
using System.Text.RegularExpressions;
using Foolscap.Furls;
using Foolscap.Relay.Client;
using Foolscap.Relay.Server;
using Foolscap.TestUtilities;
using Foolscap.TestUtilities.Observation;
using Foolscap.Tubs;

namespace Foolscap.Relay.Interop.Tests.Documentation;

/// <summary>The page of metrics has what relay and client measure: nothing is missing there, and nothing is made up.</summary>
internal sealed partial class MetricsTableTests
{
    private static readonly string Page = File.ReadAllText(Repository.GetPath("src", "Foolscap.Relay.Server", "METRICS.md"));

    [Test]
    public async Task ServerTable_HasEveryInstrument_WithItsTypeAndUnit()
    {
        using MeterProbe probe = new();
        await using Tub tub = new(TubCertificate.Create());
        await using RelayServer relay = new(tub, new RelayServerOptions { MeterFactory = probe });

        AssertTold(probe);
    }

    [Test]
    public async Task ClientTable_HasEveryInstrument_WithItsTypeAndUnit()
    {
        using MeterProbe probe = new();
        await using Tub tub = new(TubCertificate.Create());
        // Nobody answers there; the meter is made at once.
        Furl nobody = Furl.Parse("pb://icd77yuhs7ehjqhp2zck34gx5g65tfb3@tcp:127.0.0.1:1/registrar");
        await using RelayClient client = RelayClient.Start(tub, [nobody], new IPEndPoint(IPAddress.Loopback, 1), new RelayClientOptions { MeterFactory = probe });

        AssertTold(probe);
    }

    [Test]
    public void RefusalReasons_AreThoseOfTheCode() =>
        AssertValues("foolscap.relay.refusal.reason", Enum.GetNames<RelayRefusal>());

    [Test]
    public void States_AreThoseOfTheCode() => AssertValues("foolscap.relay.state", Enum.GetNames<RelayState>());

    private static void AssertTold(MeterProbe probe) => Assert.That(
        RowPattern().Matches(Section(probe.Meter.Name)).Select(row => $"{row.Groups[1].Value}: {row.Groups[2].Value} of {row.Groups[3].Value}"),
        Is.EquivalentTo(probe.Instruments.Select(one => $"{one.Name}: {KindOf(one)} of {one.Unit}")));

    /// <summary>The values that the table of tags names, in backquotes, are the names in snake case.</summary>
    private static void AssertValues(string tag, IEnumerable<string> names)
    {
        string cell = Regex.Match(Page, $@"^\| `{Regex.Escape(tag)}` \| ([^|]+) \|", RegexOptions.Multiline).Groups[1].Value;
        Assert.That(
            SnakeCasePattern().Matches(cell).Select(value => value.Groups[1].Value),
            Is.EquivalentTo(names.Select(name => CapitalInside().Replace(name, "_$1").ToLowerInvariant())));
    }

    private static string Section(string meter)
    {
        int start = Page.IndexOf($"Meter `{meter}`:", StringComparison.Ordinal);
        Assert.That(start, Is.Not.Negative, $"There is no table of {meter}.");
        int end = Page.IndexOf("\n\n", Page.IndexOf("\n|", start, StringComparison.Ordinal), StringComparison.Ordinal);
        return Page[start..end];
    }

    private static string KindOf(Instrument instrument) => instrument.GetType().Name.Split('`')[0] switch
    {
        "ObservableUpDownCounter" or "UpDownCounter" => "up-down counter",
        "ObservableCounter" or "Counter" => "counter",
        "Histogram" => "histogram",
        string other => other,
    };

    [GeneratedRegex(@"^\| `([\w.]+)` \| ([\w -]+) \| `([^`]+)` \|", RegexOptions.Multiline)]
    private static partial Regex RowPattern();

    [GeneratedRegex("`([a-z_]+)`")]
    private static partial Regex SnakeCasePattern();

    [GeneratedRegex("(?<=.)([A-Z])")]
    private static partial Regex CapitalInside();
}
