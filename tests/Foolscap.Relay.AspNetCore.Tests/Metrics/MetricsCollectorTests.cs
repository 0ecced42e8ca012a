using System.Diagnostics.Metrics;
using System.Text;
using Foolscap.Relay.AspNetCore.Metrics;
using Foolscap.Relay.AspNetCore.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Foolscap.Relay.AspNetCore.Tests.Metrics;

internal sealed class MetricsCollectorTests
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private MetricsCollector _collector = null!;
    private Meter _meter = null!;

    [SetUp]
    public void Start()
    {
        _collector = new MetricsCollector(_services);
        _collector.Start();
        _meter = _services.GetRequiredService<IMeterFactory>().Create("Foolscap.Test");
    }

    [TearDown]
    public void Stop()
    {
        _meter.Dispose();
        _collector.Dispose();
    }

    [OneTimeTearDown]
    public void DisposeServices() => _services.Dispose();

    [Test]
    public void Counter_WithLabels_IsAddedUp()
    {
        Counter<long> counter = _meter.CreateCounter<long>("test.things", "{thing}", "Things that \"happen\".\nTwo lines.");
        counter.Add(2, new KeyValuePair<string, object?>("b.kind", "x\"y"), new KeyValuePair<string, object?>("a", 1));
        counter.Add(3, new KeyValuePair<string, object?>("a", 1), new KeyValuePair<string, object?>("b.kind", "x\"y"));

        PrometheusText text = Collect();

        Assert.That(text.Samples["test_things_total{a=\"1\",b_kind=\"x\\\"y\"}"], Is.EqualTo(5));
        Assert.That(text.Types["test_things_total"], Is.EqualTo("counter"));
    }

    [Test]
    public void Histogram_WithAdvice_HasItsBuckets()
    {
        Histogram<double> histogram = _meter.CreateHistogram(
            "test.duration", "s", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        histogram.Record(0.1);
        histogram.Record(0.5);
        histogram.Record(7);

        IReadOnlyDictionary<string, double> samples = Collect().Samples;

        Assert.That(samples["test_duration_seconds_bucket{le=\"0.1\"}"], Is.EqualTo(1), "A bound belongs to its bucket.");
        Assert.That(samples["test_duration_seconds_bucket{le=\"1\"}"], Is.EqualTo(2));
        Assert.That(samples["test_duration_seconds_bucket{le=\"+Inf\"}"], Is.EqualTo(3));
        Assert.That(samples["test_duration_seconds_sum"], Is.EqualTo(7.6).Within(1e-9));
        Assert.That(samples["test_duration_seconds_count"], Is.EqualTo(3));
    }

    [Test]
    public void ObservableGauge_SeriesThatIsGone_IsNotWritten()
    {
        List<Measurement<int>> measured = [new(1, new KeyValuePair<string, object?>("of", "x")), new(2, new KeyValuePair<string, object?>("of", "y"))];
        _meter.CreateObservableGauge("test.size", () => measured);
        Assert.That(Collect().Samples["test_size{of=\"y\"}"], Is.EqualTo(2));

        measured.RemoveAt(1);

        Assert.That(Collect().Samples.Keys.Where(key => key.StartsWith("test_size", StringComparison.Ordinal)), Is.EqualTo(["test_size{of=\"x\"}"]));
    }

    [Test]
    public void Meter_ThatIsDisposed_IsNotWritten()
    {
        // A factory's meters end with the factory, and not before.
        using Meter meter = new("Foolscap.Gone");
        meter.CreateCounter<int>("test.gone").Add(1);
        Assert.That(Collect().Samples, Contains.Key("test_gone_total"));

        meter.Dispose();

        Assert.That(Collect().Samples, Does.Not.ContainKey("test_gone_total"));
    }

    [Test]
    public void Meter_OfAnotherHost_IsNotWritten()
    {
        using ServiceProvider other = new ServiceCollection().AddMetrics().BuildServiceProvider();
        other.GetRequiredService<IMeterFactory>().Create("Foolscap.Other").CreateCounter<int>("test.other").Add(1);

        Assert.That(Collect().Samples, Does.Not.ContainKey("test_other_total"));
    }

    [Test]
    public void Instruments_OfOneName_CountTogether()
    {
        using Meter second = _services.GetRequiredService<IMeterFactory>().Create("Foolscap.Second");
        _meter.CreateCounter<int>("test.both").Add(1);
        second.CreateCounter<int>("test.both").Add(2);

        Assert.That(Collect().Samples["test_both_total"], Is.EqualTo(3));
    }

    [Test]
    public void Labels_MoreThanTheLimit_GoIntoOneSeries()
    {
        Counter<int> counter = _meter.CreateCounter<int>("test.many");
        for (int number = 0; number < Metric.MostSeries + 5; number++)
        {
            counter.Add(1, new KeyValuePair<string, object?>("number", number));
        }

        Assert.That(Collect().Samples["test_many_total{otel_metric_overflow=\"true\"}"], Is.EqualTo(5));
    }

    private PrometheusText Collect() => PrometheusText.Parse(Encoding.UTF8.GetString(_collector.Collect()));
}
