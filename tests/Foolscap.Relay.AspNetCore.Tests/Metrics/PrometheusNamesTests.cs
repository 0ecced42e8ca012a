using Foolscap.Relay.AspNetCore.Metrics;

namespace Foolscap.Relay.AspNetCore.Tests.Metrics;

internal sealed class PrometheusNamesTests
{
    [TestCase("foolscap.relay.io", "By", nameof(MetricKind.Counter), "foolscap_relay_io_bytes_total")]
    [TestCase("foolscap.relay.streams", "{stream}", nameof(MetricKind.Counter), "foolscap_relay_streams_total")]
    [TestCase("foolscap.relay.tubs.registered", "{tub}", nameof(MetricKind.Gauge), "foolscap_relay_tubs_registered")]
    [TestCase("foolscap.relay.stream.duration", "s", nameof(MetricKind.Histogram), "foolscap_relay_stream_duration_seconds")]
    [TestCase("some.rate", "By/s", nameof(MetricKind.Gauge), "some_rate_bytes_per_second")]
    [TestCase("some.share", "1", nameof(MetricKind.Gauge), "some_share_ratio")]
    [TestCase("some.count.total", "1", nameof(MetricKind.Counter), "some_count_total")]
    [TestCase("time.seconds", "s", nameof(MetricKind.Gauge), "time_seconds")]
    [TestCase("1st--thing", null, nameof(MetricKind.Gauge), "_1st_thing")]
    public void OfMetric_NameAndUnit_AreThoseOfPrometheus(string name, string? unit, string kind, string expected) =>
        Assert.That(PrometheusNames.OfMetric(name, unit, Enum.Parse<MetricKind>(kind)), Is.EqualTo(expected));

    [Test]
    public void EscapeLabel_QuotesLinesAndBackslashes_AreEscaped() =>
        Assert.That(PrometheusNames.EscapeLabel("a\"b\\c\nd"), Is.EqualTo("a\\\"b\\\\c\\nd"));
}
