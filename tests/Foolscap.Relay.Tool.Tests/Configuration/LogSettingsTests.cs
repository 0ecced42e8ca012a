using Foolscap.Relay.Hosting;
using Foolscap.Relay.Tool.Configuration;
using Foolscap.Relay.Tool.Logging;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Foolscap.Relay.Tool.Tests.Configuration;

internal sealed class LogSettingsTests
{
    [TestCase("information", LogLevel.Information)]
    [TestCase("Debug", LogLevel.Debug)]
    [TestCase("info", LogLevel.Information)]
    [TestCase("WARN", LogLevel.Warning)]
    [TestCase("fatal", LogLevel.Critical)]
    [TestCase("critical", LogLevel.Critical)]
    public void Read_LevelInWords_AlsoInThoseOfTheLines_IsKnown(string word, LogLevel level)
    {
        List<ConfigurationFault> faults = [];

        LogSettings settings = LogSettings.Read(Configure("Log:Level", word), faults);

        Assert.That((settings.Level, faults.Count), Is.EqualTo((level, 0)));
    }

    [TestCase("loud")]
    [TestCase("2")]
    public void Read_NoLevel_IsAFaultThatNamesAllLevels(string word)
    {
        List<ConfigurationFault> faults = [];

        LogSettings settings = LogSettings.Read(Configure("Log:Level", word), faults);

        Assert.That(settings, Is.EqualTo(new LogSettings(LogFormat.Auto, LogLevel.Information)));
        Assert.That(faults.Single().ToString(), Does.Contain("Log:Level").And.Contain(word).And.Contain("information").And.Contain("none"));
    }

    private static IConfiguration Configure(string key, string value) =>
        new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create(key, (string?)value)]).Build();
}
