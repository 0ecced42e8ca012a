using Foolscap.Relay.Hosting.Tests.Support;
using Foolscap.TestUtilities;
using Microsoft.Extensions.Configuration;

namespace Foolscap.Relay.Hosting.Tests.Configuration;

internal sealed class ClientFaultsTests
{
    private TestFolder _folder = null!;

    [SetUp]
    public void Create() => _folder = new TestFolder();

    [TearDown]
    public void Clean() => _folder.Dispose();

    [Test]
    public void FindFaults_OfBrokenFurls_TellsWhereAndNeverQuotesThem()
    {
        TestCertificates.Low.Save(_folder["node.pem"]);
        string relay = $"pb://{TestCertificates.High.TubId}@tcp:127.0.0.1:7000/secret-1";
        IConfigurationSection section = Section(
            ("TubPem", _folder["node.pem"]),
            ("Target", "127.0.0.1:3457"),
            ("Relays:0", "pb://secret-2"),
            ("Relays:1", relay),
            ("Relays:2", relay),
            ("Relays:3", $"pb://{TestCertificates.Low.TubId}@tcp:127.0.0.1:7000/secret-3"),
            ("Relays:4", $"pb://{TestCertificates.Mid.TubId}@/secret-4"),
            ("Relys", "pb://secret-5"));

        IReadOnlyList<ConfigurationFault> faults = RelayConfiguration.FindClientFaults(section);

        Assert.That(faults.Select(fault => fault.Key), Is.EquivalentTo(new[] { "Attach:Relays:0", "Attach:Relays:2", "Attach:Relays:3", "Attach:Relays:4", "Attach:Relys" }));
        Assert.That(string.Join('\n', faults), Does.Not.Contain("secret-"));
    }

    [Test]
    public void FindFaults_OfAMissingNode_SaysSo_OnlyIfThereMustBeOne()
    {
        (string, string) relay = ("Relays:0", $"pb://{TestCertificates.High.TubId}@tcp:127.0.0.1:7000/name");

        Assert.That(RelayConfiguration.FindClientFaults(Section(relay, ("TubPem", _folder["own.pem"]))), Is.Empty, "It is made at the start.");
        Assert.That(
            RelayConfiguration.FindClientFaults(Section(relay, ("TubPem", _folder["own.pem"]), ("Target", "localhost:3457"))).Single().Problem,
            Does.StartWith("is not there"));
    }

    [TestCase("localhost:3457", true)]
    [TestCase("[::1]:3457", true)]
    [TestCase("127.0.0.1:0", false)]
    [TestCase("3457", false)]
    [TestCase("tcp:localhost:3457", false)]
    public void FindFaults_OfATarget_TakesHostAndPort(string target, bool isRight)
    {
        TestCertificates.Low.Save(_folder["node.pem"]);
        IConfigurationSection section = Section(
            ("Relays:0", $"pb://{TestCertificates.High.TubId}@tcp:127.0.0.1:7000/name"), ("TubPem", _folder["node.pem"]), ("Target", target));

        Assert.That(RelayConfiguration.FindClientFaults(section), Has.Count.EqualTo(isRight ? 0 : 1));
    }

    [Test]
    public void FindFaults_OfAWholeConfiguration_LooksAtBothSections_AndMissesNeither()
    {
        IConfiguration both = new ConfigurationBuilder()
            .AddInMemoryCollection([new("Relay:Drain", "x"), new("Attach:Factor", "2"), new("Logging:LogLevel:Default", "Debug")]).Build();

        Assert.That(RelayConfiguration.FindFaults(both).Select(fault => fault.Key), Is.SupersetOf(new[] { "Relay:Drain", "Attach:Factor" }));
        Assert.That(RelayConfiguration.FindFaults(new ConfigurationBuilder().Build()).Single().Problem, Is.EqualTo("is missing"));
    }

    private static IConfigurationSection Section(params IEnumerable<(string Key, string Value)> values) =>
        new ConfigurationBuilder().AddInMemoryCollection(values.Select(pair => KeyValuePair.Create($"Attach:{pair.Key}", (string?)pair.Value))).Build()
            .GetSection("Attach");
}
