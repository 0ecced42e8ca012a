using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Server.Tests;

internal sealed class RelayServerOptionsTests
{
    [TestCaseSource(nameof(BadOptions))]
    public void Create_OptionOutOfItsRange_NamesIt(RelayServerOptions options, string name) =>
        Assert.That(() => Create(options), Throws.InstanceOf<ArgumentException>().With.Property("ParamName").EqualTo(name));

    [Test]
    public void Create_SmallestOptions_Works()
    {
        RelayLimits limits = new()
        {
            MaxRegisteredTubs = 1,
            MaxRegisteredTubsPerAddress = 1,
            RegistrationsPerMinutePerTub = 1,
            MaxStreams = 1,
            MaxStreamsPerTub = 1,
            MaxStreamsPerAddress = 1,
            MaxPendingAcceptsPerTub = 1,
            AcceptsPerSecondPerTub = 1,
            BytesPerSecond = 1,
            BytesPerSecondPerTub = 1,
            MaxBufferedBytes = 1024 * 1024,
        };
        RelayServerOptions options = new() { Window = 1, HoldTime = TimeSpan.Zero, PolicyRecheckInterval = Timeout.InfiniteTimeSpan, Limits = limits };
        Assert.That(() => Create(options), Throws.Nothing);
    }

    private static IEnumerable<TestCaseData> BadOptions()
    {
        TimeSpan negative = TimeSpan.FromSeconds(-1);
        yield return Case(new RelayServerOptions { Window = 0 }, nameof(RelayServerOptions.Window));
        yield return Case(new RelayServerOptions { AcceptTimeout = TimeSpan.Zero }, nameof(RelayServerOptions.AcceptTimeout));
        yield return Case(new RelayServerOptions { AcceptTimeout = negative }, nameof(RelayServerOptions.AcceptTimeout));
        yield return Case(new RelayServerOptions { HoldTime = negative }, nameof(RelayServerOptions.HoldTime));
        yield return Case(new RelayServerOptions { PolicyTimeout = TimeSpan.Zero }, nameof(RelayServerOptions.PolicyTimeout));
        yield return Case(new RelayServerOptions { PolicyRecheckInterval = TimeSpan.Zero }, nameof(RelayServerOptions.PolicyRecheckInterval));
        yield return Case(new RelayServerOptions { Limits = null! }, nameof(RelayServerOptions.Limits));
        yield return Case(new RelayLimits { MaxRegisteredTubs = 0 }, nameof(RelayLimits.MaxRegisteredTubs));
        yield return Case(new RelayLimits { MaxRegisteredTubsPerAddress = 0 }, nameof(RelayLimits.MaxRegisteredTubsPerAddress));
        yield return Case(new RelayLimits { RegistrationsPerMinutePerTub = 0 }, nameof(RelayLimits.RegistrationsPerMinutePerTub));
        yield return Case(new RelayLimits { MaxStreams = 0 }, nameof(RelayLimits.MaxStreams));
        yield return Case(new RelayLimits { MaxStreamsPerTub = 0 }, nameof(RelayLimits.MaxStreamsPerTub));
        yield return Case(new RelayLimits { MaxStreamsPerAddress = 0 }, nameof(RelayLimits.MaxStreamsPerAddress));
        yield return Case(new RelayLimits { MaxPendingAcceptsPerTub = 0 }, nameof(RelayLimits.MaxPendingAcceptsPerTub));
        yield return Case(new RelayLimits { AcceptsPerSecondPerTub = 0 }, nameof(RelayLimits.AcceptsPerSecondPerTub));
        yield return Case(new RelayLimits { BytesPerSecondPerTub = 0 }, nameof(RelayLimits.BytesPerSecondPerTub));
        yield return Case(new RelayLimits { BytesPerSecond = 0 }, nameof(RelayLimits.BytesPerSecond));
        yield return Case(new RelayLimits { MaxBufferedBytes = 1024 }, nameof(RelayLimits.MaxBufferedBytes));
        yield return Case(new RelayLimits { StreamIdleTimeout = TimeSpan.Zero }, nameof(RelayLimits.StreamIdleTimeout));
        yield return Case(new RelayLimits { StreamIdleTimeout = negative }, nameof(RelayLimits.StreamIdleTimeout));
    }

    private static TestCaseData Case(RelayServerOptions options, string name) => new TestCaseData(options, name).SetArgDisplayNames(name);

    private static TestCaseData Case(RelayLimits limits, string name) => Case(new RelayServerOptions { Limits = limits }, name);

    private static RelayServer Create(RelayServerOptions options) => new(new Tub(TestCertificates.High), options);
}
