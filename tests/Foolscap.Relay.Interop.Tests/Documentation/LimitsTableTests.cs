using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Foolscap.Relay.Client;
using Foolscap.Relay.Server;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Interop.Tests.Documentation;

/// <summary>The page of limits says what the code does.</summary>
internal sealed partial class LimitsTableTests
{
    private static readonly object[] Options =
        [new TubListenerOptions(), new TubOptions(), new TubLimits(), new RelayLimits(), new RelayServerOptions(), new RelayClientOptions()];

    [TestCaseSource(nameof(Rows))]
    public void Default_IsWhatTheTableSays(string type, string property, string value)
    {
        object options = Options.Single(one => one.GetType().Name == type);
        PropertyInfo? found = options.GetType().GetProperty(property);
        Assert.That(found, Is.Not.Null, $"There is no {type}.{property}.");
        Assert.That(Format(found!.GetValue(options)), Is.EqualTo(value));
    }

    [TestCase(typeof(TubListenerOptions))]
    [TestCase(typeof(TubLimits))]
    [TestCase(typeof(RelayLimits))]
    public void Table_HasEveryLimit(Type type)
    {
        IEnumerable<string> told = Rows().Where(row => (string)row.Arguments[0]! == type.Name).Select(row => (string)row.Arguments[1]!);
        IEnumerable<string> there = type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => property.Name);
        Assert.That(told, Is.EquivalentTo(there));
    }

    private static IEnumerable<TestCaseData> Rows() => RowPattern()
        .Matches(File.ReadAllText(Repository.GetPath("src", "Foolscap.Relay.Server", "LIMITS.md")))
        .Select(row => new TestCaseData(row.Groups[1].Value, row.Groups[2].Value, row.Groups[3].Value));

    private static string Format(object? value) => value switch
    {
        null => "off",
        TimeSpan time when time == Timeout.InfiniteTimeSpan => "off",
        TimeSpan time => $"{time.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture)} s",
        _ => Convert.ToInt64(value, CultureInfo.InvariantCulture).ToString("N0", CultureInfo.InvariantCulture),
    };

    [GeneratedRegex(@"^\| `(\w+(?:Options|Limits))\.(\w+)` \| ([^|]+) \|", RegexOptions.Multiline)]
    private static partial Regex RowPattern();
}
