using Foolscap.Relay.Tool.Terminal;

namespace Foolscap.Relay.Tool.Tests.Terminal;

internal sealed class HumanDurationTests
{
    [TestCase(0, "0 s")]
    [TestCase(0.0024, "2.4 ms")]
    [TestCase(0.9368703, "937 ms")]
    [TestCase(0.9996, "1 s")]
    [TestCase(1.1230616, "1.1 s")]
    [TestCase(30, "30 s")]
    [TestCase(59.7, "1 min")]
    [TestCase(90, "1 min 30 s")]
    [TestCase(900, "15 min")]
    [TestCase(5400, "1 h 30 min")]
    [TestCase(86400, "1 d")]
    [TestCase(100000, "1 d 4 h")]
    [TestCase(2000000, "23 d")]
    public void Format_Seconds_AreWrittenAsPeopleDo(double seconds, string expected) =>
        Assert.That(HumanDuration.Format(TimeSpan.FromSeconds(seconds)), Is.EqualTo(expected));
}
