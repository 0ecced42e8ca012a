using Foolscap.Relay.Hosting;
using Foolscap.Relay.Tool.Configuration;

namespace Foolscap.Relay.Tool.Tests.Configuration;

[NonParallelizable] // The environment is the process'.
internal sealed class LayersTests
{
    [Test]
    public void Load_FileEnvironmentOptions_EachCountsBeforeTheOneBelow()
    {
        using TestFolder folder = new();
        string file = folder.Write("relay.json", """{ "Relay": { "Folder": "file", "Drain": "1s", "HoldTime": "1s", "Listen": [ "0.0.0.0:1", "0.0.0.0:2" ] } }""");
        using TestVariable drain = new("FOOLSCAP_RELAY_RELAY__DRAIN", "2s");
        using TestVariable hold = new("FOOLSCAP_RELAY_RELAY__HOLDTIME", "2s");

        using ToolConfiguration configuration = ToolConfiguration.Load(file, [KeyValuePair.Create("Relay:HoldTime", (string?)"3s"), KeyValuePair.Create("Relay:Listen:0", (string?)"0.0.0.0:9")]);

        Assert.That(configuration.Root["Relay:Folder"], Is.EqualTo("file"));
        Assert.That(configuration.Root["Relay:Drain"], Is.EqualTo("2s"));
        Assert.That(configuration.Root["Relay:HoldTime"], Is.EqualTo("3s"));
        Assert.That(configuration.Root.GetSection("Relay:Listen").GetChildren().Select(item => item.Value), Is.EqualTo(new[] { "0.0.0.0:9" }), "a list is replaced as a whole");
    }

    [Test]
    public void Load_RelayFiles_BecomeRelays()
    {
        using TestFolder folder = new();
        string one = folder.Write("one.furl", "# a comment\n\npb://one\npb://two\n");
        string three = folder.Write("three.furl", "pb://three\n");

        using ToolConfiguration configuration = ToolConfiguration.Load(
            null, [KeyValuePair.Create("Attach:Relays:0", (string?)"pb://zero"), KeyValuePair.Create("Attach:RelayFiles:0", (string?)one), KeyValuePair.Create("Attach:RelayFiles:1", (string?)three)]);

        Assert.That(configuration.Faults, Is.Empty);
        Assert.That(configuration.Root.GetSection("Attach:RelayFiles").GetChildren(), Is.Empty);
        Assert.That(configuration.Root.GetSection("Attach:Relays").GetChildren().Select(item => item.Value), Is.EquivalentTo(new[] { "pb://zero", "pb://one", "pb://two", "pb://three" }));
    }

    [Test]
    public void FindFaults_UnknownSectionsAndKeys_AreAllTold()
    {
        using ToolConfiguration configuration = ToolConfiguration.Load(
            null, [KeyValuePair.Create("Rely:Folder", (string?)"x"), KeyValuePair.Create("Log:Colour", (string?)"red"), KeyValuePair.Create("Log:Level", (string?)"7"), KeyValuePair.Create("Otlp:Endpoint", (string?)"collector")]);

        IReadOnlyList<ConfigurationFault> faults = ToolSchema.FindFaults(configuration, RelayConfiguration.ServerSection);

        Assert.That(faults.Select(fault => fault.Key), Is.EquivalentTo(new[] { "Relay:Folder", "Relay:Listen", "Rely", "Log:Colour", "Log:Level", "Otlp:Endpoint" }));
    }

    /// <summary>A variable of the environment for the time of a test.</summary>
    private sealed class TestVariable : IDisposable
    {
        private readonly string _name;

        public TestVariable(string name, string value)
        {
            _name = name;
            Environment.SetEnvironmentVariable(name, value);
        }

        public void Dispose() => Environment.SetEnvironmentVariable(_name, null);
    }
}
