using Foolscap.Relay.Tests.Support;

namespace Foolscap.Relay.Server.Tests.Fixtures;

/// <summary>Tests of one relay, which each of them gets anew.</summary>
internal abstract class RelayFixture
{
    /// <summary>How the relay of these tests behaves; a test that needs another one starts it itself.</summary>
    protected virtual RelayServerOptions? Options => null;

    protected RelayUnderTest Test { get; private set; } = null!;

    [SetUp]
    public async Task StartAsync() => Test = await RelayUnderTest.StartAsync(Options);

    [TearDown]
    public async Task DisposeAsync() => await Test.DisposeAsync();

    /// <summary>Replaces the relay by one with other options.</summary>
    protected async Task RestartAsync(RelayServerOptions options)
    {
        await Test.DisposeAsync();
        Test = await RelayUnderTest.StartAsync(options);
    }

    /// <summary>Waits until the client's registration has ended at the relay because its connection was lost.</summary>
    protected Task UntilLostAsync() => Test.Log.WaitForAsync(record => record.EventId.Id == 3002).Within("the end of the registration");
}
