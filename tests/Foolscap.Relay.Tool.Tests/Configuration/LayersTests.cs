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

    [Test]
    public void FindFaults_OfARelay_LeavesAClientsSectionAndFilesAlone_AndTheOtherWayRound()
    {
        KeyValuePair<string, string?>[] both =
        [
            new("Relay:Folder", "x"), new("Relay:Listen:0", "127.0.0.1:7000"), new("Attach:RelayFiles:0", "/nowhere/relay.furl"), new("Relay:Hints:0", "tcp:a"),
        ];
        using ToolConfiguration configuration = ToolConfiguration.Load(null, both);
        using ToolConfiguration noListen = ToolConfiguration.Load(null, [new("Relay:Folder", "x"), new("Attach:Target", "127.0.0.1:3457")]);

        Assert.That(ToolSchema.FindFaults(configuration, RelayConfiguration.ServerSection).Select(fault => fault.Key), Is.EqualTo(["Relay:Hints:0"]));
        Assert.That(ToolSchema.FindFaults(configuration, section: null).Select(fault => fault.Key), Does.Contain("Attach:RelayFiles:0").And.Contain("Relay:Hints:0"));
        Assert.That(ToolSchema.FindFaults(noListen, RelayConfiguration.ClientSection).Select(fault => fault.Key), Is.EqualTo(["Attach:TubPem", "Attach:Relays"]));
    }

    [Test]
    public void Faults_OfTheEnvironment_AreToldByTheNamesOfItsVariables()
    {
        using TestVariable drain = new("FOOLSCAP_RELAY_RELAY__DRAIN", "5");
        using TestVariable oneUnderscore = new("FOOLSCAP_RELAY_RELAY_FOLDER", "x");
        using TestVariable unknown = new("FOOLSCAP_RELAY_FOO", "x");
        using ToolConfiguration configuration = ToolConfiguration.Load(null, [KeyValuePair.Create("Relay:Listen:0", (string?)"7000")]);
        Dictionary<string, string> options = new() { ["Relay:Listen"] = "--listen", ["Relay:Drain"] = "--drain", ["Relay:Folder"] = "--folder" };

        string[] told = [.. ToolSchema.FindFaults(configuration, RelayConfiguration.ServerSection).Select(fault => FaultText.Describe(fault, configuration, options))];

        Assert.That(told, Has.Length.EqualTo(5));
        Assert.That(told, Has.Some.StartsWith("FOOLSCAP_RELAY_RELAY__DRAIN = \"5\" has no unit").And.None.Contains("--drain"));
        Assert.That(told, Has.Some.EqualTo("FOOLSCAP_RELAY_RELAY_FOLDER is no variable that is known. Did you mean FOOLSCAP_RELAY_RELAY__FOLDER?"));
        Assert.That(told, Has.Some.StartsWith("FOOLSCAP_RELAY_FOO is no variable that is known. "));
        Assert.That(told, Has.Some.EqualTo("Relay:Folder is missing; wanted: a folder, which is made if it is not there  (option --folder)"));
        Assert.That(told, Has.Some.StartsWith("Relay:Listen:0 = \"7000\" is no IP address with a port").And.Some.EndsWith("  (option --listen)"));
    }

    [Test]
    public void Faults_OfAFileWithFurls_NameItsLine()
    {
        using TestFolder folder = new();
        string file = folder.Write("relay.furl", "# of a friend\n\nnonsense\n");
        using ToolConfiguration configuration = ToolConfiguration.Load(null, [KeyValuePair.Create("Attach:RelayFiles:0", (string?)file)]);

        string[] told = [.. ToolSchema.FindFaults(configuration, RelayConfiguration.ClientSection).Select(fault => FaultText.Describe(fault, configuration, new Dictionary<string, string>()))];

        Assert.That(told, Has.Some.StartsWith($"Attach:Relays:0 (line 3 of {file}) is wrong: Not a FURL"));
    }

    [Test]
    public void Reload_FileWithFurlsThatHasGone_IsToldAndChangesNothing()
    {
        using TestFolder folder = new();
        string furls = folder.Write("relay.furl", "pb://one\n");
        string file = folder.Write("attach.json", $$"""{ "Attach": { "RelayFiles": {{System.Text.Json.JsonSerializer.Serialize(furls)}} }, "Log": { "Level": "debug" } }""");
        using ToolConfiguration configuration = ToolConfiguration.Load(file, []);
        List<string> problems = [];
        configuration.OnUnreadable = problems.Add;

        File.Delete(furls);
        configuration.Reload();

        Assert.That(problems, Is.EqualTo(new[] { $"Attach:RelayFiles = \"{furls}\" is not there; allowed: a file with one registrar FURL a line." }));
        Assert.That(configuration.Root.GetSection("Attach:Relays").GetChildren().Select(item => item.Value), Is.EqualTo(new[] { "pb://one" }));
    }

    [TestCase("{ \"Relay\": ", "is no JSON from line 1 on")]
    [TestCase("[]", "Top-level JSON element must be an object")]
    [TestCase("", "it is empty")]
    [TestCase(null, "There is no configuration file")]
    public void Reload_FileThatCannotBeReadAnyMore_IsToldAndChangesNothing(string? content, string expected)
    {
        using TestFolder folder = new();
        string file = folder.Write("relay.json", """{ "Relay": { "AllowedTubs": "friends", "Limits": { "MaxStreams": 5 } } }""");
        using ToolConfiguration configuration = ToolConfiguration.Load(file, [KeyValuePair.Create("Relay:Folder", (string?)"x")]);
        List<string> problems = [];
        configuration.OnUnreadable = problem =>
        {
            lock (problems)
            {
                problems.Add(problem);
            }
        };

        if (content is null)
        {
            File.Delete(file);
        }
        else
        {
            File.WriteAllText(file, content);
        }

        configuration.Reload();

        // The file is watched as well, and may have been told of before the signal.
        lock (problems)
        {
            Assert.That(problems, Has.Count.GreaterThan(0).And.All.Contains(expected));
        }

        Assert.That((configuration.Root["Relay:AllowedTubs"], configuration.Root["Relay:Limits:MaxStreams"]), Is.EqualTo(("friends", "5")));

        folder.Write("relay.json", """{ "Relay": { "Limits": { "MaxStreams": 6 } } }""");
        configuration.Reload();
        Assert.That((configuration.Root["Relay:AllowedTubs"], configuration.Root["Relay:Limits:MaxStreams"]), Is.EqualTo(((string?)null, "6")));
    }

    [Test]
    public void Faults_KeysInTheWrongPlace_AreToldWhereTheyBelong()
    {
        using TestVariable noSection = new("FOOLSCAP_RELAY_FOLDER", "x");
        using ToolConfiguration configuration = ToolConfiguration.Load(null, [KeyValuePair.Create("MaxStreams", (string?)"5"), KeyValuePair.Create("Limits:MaxStreams", (string?)"5")]);

        string[] told = [.. ToolSchema.FindFaults(configuration, RelayConfiguration.ServerSection).Select(fault => FaultText.Describe(fault, configuration, new Dictionary<string, string>()))];

        Assert.That(told, Does.Contain("FOOLSCAP_RELAY_FOLDER is no variable that is known. Did you mean FOOLSCAP_RELAY_RELAY__FOLDER?"));
        Assert.That(told, Does.Contain("MaxStreams is no section that is known. Did you mean Relay:Limits:MaxStreams or Attach:MaxStreams?"));
        Assert.That(told, Does.Contain("Limits is no section that is known. Did you mean Relay:Limits?"));
    }

    [Test]
    public void Faults_WhatIsMissing_NameEveryWayToGiveIt()
    {
        using ToolConfiguration configuration = ToolConfiguration.Load(null, [KeyValuePair.Create("Admin:Listen:0", (string?)"0.0.0.0:7001")]);
        Dictionary<string, string> options = new() { ["Attach:TubPem"] = "--tub-pem", ["Attach:Target"] = "--target", ["Attach:Relays"] = "--relay" };

        string[] told = [.. ToolSchema.FindFaults(configuration, RelayConfiguration.ClientSection).Select(fault => FaultText.Describe(fault, configuration, options))];

        Assert.That(told, Has.Length.EqualTo(4));
        Assert.That(told, Has.Some.EndsWith("  (option --tub-pem, or --tahoe)"));
        Assert.That(told, Has.Some.EndsWith("  (option --target, or --tahoe)"));
        Assert.That(told, Has.Some.EndsWith("  (option --relay, or --relay-file)"));
        Assert.That(told, Has.Some.StartsWith("Admin:Token is missing").And.Some.EndsWith("  (variable FOOLSCAP_RELAY_ADMIN__TOKEN, or in the file of --config)"));
    }

    [Test]
    public void Faults_NameOfAFileInPlaceOfAFurl_IsToldWhereItBelongs()
    {
        using TestFolder folder = new();
        string file = folder.Write("relay.furl", "pb://one\n");
        using ToolConfiguration configuration = ToolConfiguration.Load(null, [KeyValuePair.Create("Attach:Relays:0", (string?)file)]);

        Assert.That(configuration.Faults.Select(fault => fault.ToString()), Has.One.EndsWith("is the name of a file. A file with the FURL is given by --relay-file, or in Attach:RelayFiles."));
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
