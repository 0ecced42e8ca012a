using Foolscap.Relay.Client.Tests.Fixtures;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Client.Tests;

/// <summary>A relay that is not there, or is lost, is tried again for ever.</summary>
internal sealed class ReconnectionTests
{
    /// <summary>Before jitter, in seconds.</summary>
    private static readonly double[] Waits = [1, 2, 4, 8, 16, 30, 30, 30, 30];

    [Test]
    public async Task Relay_NotThere_WaitsDoubleUpTo30SecondsWithJitter()
    {
        await using ClientUnderTest test = new();
        test.Relay.GoOffline();
        test.Start();
        List<double> jitters = [];
        foreach (double expected in Waits)
        {
            RelayStatus waiting = await test.NextAsync(RelayState.Waiting);
            Assert.That(waiting.RetryIn.TotalSeconds, Is.InRange(0.8 * expected, 1.2 * expected));
            Assert.That(waiting.Reason, Is.Not.Null.And.Not.Empty);
            jitters.Add(waiting.RetryIn.TotalSeconds / expected);
            await test.PassAsync(waiting);
        }

        Assert.That(jitters.Distinct().Count(), Is.GreaterThan(1), "All waits have the same jitter.");
    }

    [Test]
    public async Task Relay_ComesAtLast_IsRegisteredWith()
    {
        await using ClientUnderTest test = new();
        test.Relay.GoOffline();
        test.Start();
        await test.PassAsync(await test.NextAsync(RelayState.Waiting));
        RelayStatus waiting = await test.NextAsync(RelayState.Waiting);
        test.Relay.GoOnline();
        await test.PassAsync(waiting);
        await test.Relay.RegisterAsync();
        await test.Client.WaitUntilRegisteredAsync(TestTime.Token);
    }

    [Test]
    public async Task Relay_LostAfterAStableConnection_IsTriedAtOnceAndTheWaitsStartAfresh()
    {
        await using ClientUnderTest test = new();
        test.Relay.GoOffline();
        test.Start();
        await test.PassAsync(await test.NextAsync(RelayState.Waiting));
        RelayStatus second = await test.NextAsync(RelayState.Waiting);
        test.Relay.GoOnline();
        await test.PassAsync(second);
        RegistrarCall registration = await test.Relay.RegisterAsync();
        await test.NextAsync(RelayState.Registered);

        test.Time.Advance(TimeSpan.FromSeconds(31));
        test.Relay.GoOffline();
        registration.Call.Connection.Abort("the test cuts it");
        Assert.That((await test.NextAsync(RelayState.Waiting)).RetryIn, Is.EqualTo(TimeSpan.Zero));
        Assert.That((await test.NextAsync(RelayState.Waiting)).RetryIn.TotalSeconds, Is.InRange(0.8, 1.2));
    }

    [Test]
    public async Task Relay_LostSoonAfterRegistering_WaitsGrow()
    {
        await using ClientUnderTest test = new ClientUnderTest().Start();
        foreach (double expected in Waits[..3])
        {
            RegistrarCall registration = await test.Relay.RegisterAsync();
            await test.NextAsync(RelayState.Registered);
            test.Time.Advance(TimeSpan.FromSeconds(10));
            registration.Call.Connection.Abort("another process has taken it");
            RelayStatus waiting = await test.NextAsync(RelayState.Waiting);
            Assert.That(waiting.RetryIn.TotalSeconds, Is.InRange(0.8 * expected, 1.2 * expected));
            await test.PassAsync(waiting);
        }
    }

    [Test]
    public async Task Registration_RefusedAgainAndAgain_WaitsGrow()
    {
        await using ClientUnderTest test = new ClientUnderTest().Start();
        foreach (double expected in Waits[..4])
        {
            (await test.Relay.NextAsync("register")).Refuse("no room");
            RelayStatus waiting = await test.NextAsync(RelayState.Waiting);
            Assert.That(waiting.RetryIn.TotalSeconds, Is.InRange(0.8 * expected, 1.2 * expected));
            await test.PassAsync(waiting);
        }
    }

    [Test]
    public async Task Registration_NeverAnswered_IsNoGoodConnection()
    {
        await using ClientUnderTest test = new ClientUnderTest().Start(new RelayClientOptions { RegisterTimeout = TimeSpan.FromSeconds(40) });
        await test.Relay.NextAsync("register");
        await test.Time.WaitForTimerAsync(TimeSpan.FromSeconds(40));
        test.Time.Advance(TimeSpan.FromSeconds(40));
        Assert.That((await test.NextAsync(RelayState.Waiting)).RetryIn.TotalSeconds, Is.InRange(0.8, 1.2));
    }

    [Test]
    public async Task OneRelayIsLost_TheOtherStays()
    {
        await using ClientUnderTest test = new();
        test.Start(options: null, test.Relay, test.Other);
        RegistrarCall registration = await test.Relay.RegisterAsync();
        await test.Other.RegisterAsync();
        await test.Client.WaitUntilRegisteredAsync(TestTime.Token);
        registration.Call.Connection.Abort("the test cuts it");
        Assert.That((await test.NextAsync(RelayState.Waiting)).Relay, Is.EqualTo(test.Relay.TubId));
        Assert.That(test.Client.Statuses[1].State, Is.EqualTo(RelayState.Registered));
    }
}
