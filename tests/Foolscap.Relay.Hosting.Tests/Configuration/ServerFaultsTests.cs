using Foolscap.Relay.Hosting.Configuration;
using Foolscap.Relay.Server;
using Foolscap.TestUtilities;
using Foolscap.Tubs;
using Microsoft.Extensions.Configuration;

namespace Foolscap.Relay.Hosting.Tests.Configuration;

internal sealed class ServerFaultsTests
{
    private static readonly string[] SomeValues =
        ["-1", "0", "1", "2", "1MiB", "1KiB", "-1MiB", "9223372036854775807", "2147483647", "0s", "1ms", "30s", "25d", "24d", "off", "true", "word"];

    [Test]
    public void FindFaults_OfSeveralMistakes_TellsAllOfThemAtOnce()
    {
        IConfigurationSection section = Section(
            ("Listen:0", "0.0.0.0"),
            ("Hints:0", "relay.example.org"),
            ("Drain", "30"),
            ("Limits:MaxStreams", "many"),
            ("Limits:MaxStreamsPerTub", "0"),
            ("Limits:MaxBufferdBytes", "1MiB"),
            ("Listner:MaxConnections", "5"),
            ("Window", "1KiB"));

        IReadOnlyList<ConfigurationFault> faults = RelayConfiguration.FindServerFaults(section);

        Assert.That(faults.Select(fault => fault.ToString()), Is.EquivalentTo(new[]
        {
            "Relay:Folder is missing; wanted: a folder, which is made if it is not there",
            "Relay:Listen:0 = \"0.0.0.0\" is no IP address with a port; allowed: an IP address and a port, such as 0.0.0.0:7000, [::]:7000 (IPv6 and IPv4) or 127.0.0.1:7000",
            "Relay:Hints:0 = \"relay.example.org\" is no connection hint; allowed: hints such as tcp:relay.example.org:7000",
            "Relay:Drain = \"30\" has no unit: 30s are seconds, 30m minutes, 30ms milliseconds; allowed: 0s to 24d",
            "Relay:Limits:MaxStreams = \"many\" is no whole number; allowed: 1 and more",
            "Relay:Limits:MaxStreamsPerTub = \"0\" is out of range; allowed: 1 and more",
            "Relay:Limits:MaxBufferdBytes is no key that is known here. Did you mean MaxBufferedBytes?",
            "Relay:Listner is no key that is known here. Did you mean Listener?",
            "Relay:InitialWindow = \"16KiB\" is more than the window it grows to; allowed: at most Window (1KiB)",
        }));
    }

    [Test]
    public void FindFaults_OfAKeyInTheWrongGroup_NamesTheRightOne()
    {
        IConfigurationSection section = Section(("Folder", "f"), ("MaxStreams", "5"));

        Assert.That(RelayConfiguration.FindServerFaults(section).Single().Advice, Is.EqualTo("Did you mean Limits:MaxStreams?"));
    }

    [TestCase("Folder:Name", "has keys below it")]
    [TestCase("Listen:0:Address", "has keys below it")]
    [TestCase("Limits", "is one value")]
    public void FindFaults_OfAGroupForAValueOrTheOtherWayRound_TellsIt(string key, string problem)
    {
        IConfigurationSection section = Section(("Folder", "f"), (key, "x"));

        Assert.That(RelayConfiguration.FindServerFaults(section).Single().Problem, Is.EqualTo(problem));
    }

    [Test]
    public void FindFaults_OfAWildcardWithoutHints_AsksForThem()
    {
        IConfigurationSection section = Section(("Folder", "f"), ("Listen", "[::]:7000"));

        ConfigurationFault fault = RelayConfiguration.FindServerFaults(section).Single();

        Assert.That(fault.Key, Is.EqualTo("Relay:Hints"));
        Assert.That(fault.Problem, Does.Contain("[::]:7000"));
    }

    [TestCase("127.0.0.1:7000", true)]
    [TestCase("[::1]:0", true)]
    [TestCase("::1:7000", false, Description = "Without brackets it is another address.")]
    [TestCase("127.1:7000", false)]
    [TestCase("7000", false, Description = ".NET reads an address in it.")]
    [TestCase("127.0.0.1:65536", false)]
    [TestCase("localhost:7000", false)]
    public void FindFaults_OfAnAddress_TakesItOnlyInFull(string address, bool isRight)
    {
        IConfigurationSection section = Section(("Folder", "f"), ("Listen:0", address));

        Assert.That(RelayConfiguration.FindServerFaults(section), Has.Count.EqualTo(isRight ? 0 : 1));
    }

    [TestCase("250ms", 250)]
    [TestCase("1.5s", 1500)]
    [TestCase("2m", 120_000)]
    [TestCase("1 h", 3_600_000)]
    [TestCase("00:00:30", 30_000)]
    public void Bind_OfADuration_ReadsItsUnit(string text, double milliseconds)
    {
        RelayServiceOptions options = new();
        List<ConfigurationFault> faults = ServerSchema.Instance.Bind(Section(("Drain", text)), options);

        Assert.That(faults, Is.Empty);
        Assert.That(options.Drain.TotalMilliseconds, Is.EqualTo(milliseconds));
    }

    [TestCase("Window", "3GiB", "is more than 2147483647")]
    [TestCase("Limits:MaxBufferedBytes", "99999999999GiB", "is more than 9223372036854775807")]
    public void FindFaults_OfASizeThatNothingHolds_TellsTheMost(string key, string size, string problem) =>
        Assert.That(RelayConfiguration.FindServerFaults(Section(("Folder", "f"), (key, size))).Single().Problem, Is.EqualTo(problem));

    /// <summary>By the binder that .NET generates: for hosts that bind options themselves.</summary>
    [Test]
    public void Options_BoundByDotNet_HaveListsAndGroups()
    {
        RelayServiceOptions options = new();
        Section(("Folder", "f"), ("Listen:0", "127.0.0.1:0"), ("Drain", "00:00:05"), ("Limits:MaxStreams", "7"), ("Tub:WriteTimeout", "00:01:30")).Bind(options);

        Assert.That((options.Folder, options.Listen.Single(), options.Drain.TotalSeconds), Is.EqualTo(("f", "127.0.0.1:0", 5.0)));
        Assert.That((options.Limits.MaxStreams, options.Tub.WriteTimeout.TotalSeconds), Is.EqualTo((7, 90.0)));
    }

    /// <summary>Each key, with many values: what the schema allows must be allowed by the relay, or its start would fail without a fault.</summary>
    [Test]
    public async Task FindFaults_OfEachKeyAndValue_AllowsNothingThatTheRelayRefuses()
    {
        await using Tub tub = new(TestCertificates.High);
        int allowed = 0;
        foreach (ConfigurationKey key in RelayConfiguration.ServerKeys.Where(key => key.Type is not ("path" or "list: address" or "list: connection hint")))
        {
            foreach (string text in SomeValues)
            {
                RelayServiceOptions options = new() { Folder = "f" };
                if (ServerSchema.Instance.Bind(Section((key.Name, text)), options).Count + ServerSchema.Instance.Check(options, "", "/").Count == 0)
                {
                    allowed++;
                    Assert.That(
                        async () =>
                        {
                            await new RelayServer(tub, options.ToServerOptions()).DisposeAsync();
                            await new TubListener(options.Listener.ToListenerOptions()).DisposeAsync();
                            await new Tub(TestCertificates.High, options.Tub.ToTubOptions(TubLimits.Small)).DisposeAsync();
                        },
                        Throws.Nothing,
                        $"{key.Name} = {text}");
                }
            }
        }

        Assert.That(allowed, Is.GreaterThan(RelayConfiguration.ServerKeys.Count), "Most keys take several of these.");
    }

    /// <summary>What the reference says is the default must be read as the default, so that both spell values in the same way.</summary>
    [Test]
    public void Keys_DefaultsReadBack_AreTheDefaults()
    {
        foreach (Setting<RelayServiceOptions> setting in ServerSchema.Instance.Settings.Where(setting => !setting.IsList))
        {
            RelayServiceOptions options = new() { Drain = TimeSpan.FromSeconds(1) };
            ConfigurationKey key = RelayConfiguration.ServerKeys.Single(key => key.Name == setting.Name);
            if (key.Default != "none")
            {
                Assert.That(ServerSchema.Instance.Bind(Section((key.Name, key.Default)), options), Is.Empty, key.Name);
                Assert.That(setting.Format(options), Is.EqualTo(key.Default), key.Name);
            }
        }
    }

    private static IConfigurationSection Section(params IEnumerable<(string Key, string Value)> values) =>
        new ConfigurationBuilder().AddInMemoryCollection(values.Select(pair => KeyValuePair.Create($"Relay:{pair.Key}", (string?)pair.Value))).Build()
            .GetSection("Relay");
}
