using Foolscap.Relay.Faults.Tests.Network;

namespace Foolscap.Relay.Faults.Tests;

/// <summary>Makes the one network of all tests, and says which one it is.</summary>
[SetUpFixture]
internal sealed class FaultyNetwork
{
    /// <summary>Set to <c>proxy</c>, no namespaces are tried.</summary>
    private const string Choice = "FOOLSCAP_FAULTS_NETWORK";

    private static IFaultyNetwork? s_current;

    public static IFaultyNetwork Current => s_current ?? throw new InvalidOperationException("There is no network yet.");

    [OneTimeSetUp]
    public static async Task CreateAsync()
    {
        (s_current, string? problem) = Environment.GetEnvironmentVariable(Choice) == "proxy"
            ? (null, $"{Choice} says so")
            : await NamespaceNetwork.TryCreateAsync();
        s_current ??= new ProxyNetwork();
        TestContext.Progress.WriteLine($"Faults are injected by {s_current.Description}{(problem is null ? "" : $" ({problem})")}.");
    }

    [OneTimeTearDown]
    public static async Task RemoveAsync()
    {
        if (s_current is not null)
        {
            await s_current.DisposeAsync();
        }
    }
}
