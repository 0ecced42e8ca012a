using Foolscap.Relay.Client.Tests.Fixtures;
using Foolscap.Relay.Tests.Support;
using Foolscap.Tubs;

namespace Foolscap.Relay.Client.Tests;

/// <summary>What a relay tells of a registration, and what the network does.</summary>
internal sealed class EventsTests
{
    [Test]
    public async Task Draining_IsAStateOfItsOwn_AndTheStreamsGoOn()
    {
        (ClientUnderTest test, RegistrarCall registration) = await ClientUnderTest.RegisteredAsync();
        await using (test)
        {
            ScriptedEnd responder = new();
            RemoteReference handler = await registration.AcceptAsync(responder);
            await Events(registration).CallAsync("draining", [30]).Within("the answer to draining()");
            RelayStatus status = await test.NextAsync(RelayState.Draining);
            Assert.That((status.Reason, status.Hints.Count), Is.EqualTo(("the relay stops within 30 s", 1)));

            System.IO.Pipelines.IDuplexPipe target = await test.NextTargetAsync();
            await handler.CallAsync("write", ["still here"u8.ToArray()]).Within("the answer to write()");
            Assert.That(await target.ReceiveAsync(10), Is.EqualTo("still here"u8.ToArray()));
        }
    }

    [Test]
    public async Task Draining_AndThenLost_IsRegisteredAgainWhenTheRelayIsBack()
    {
        (ClientUnderTest test, RegistrarCall registration) = await ClientUnderTest.RegisteredAsync();
        await using (test)
        {
            await Events(registration).CallAsync("draining", [30]).Within("the answer to draining()");
            await test.NextAsync(RelayState.Draining);
            registration.Call.Connection.Abort("the relay restarts");
            await test.PassAsync(await test.NextAsync(RelayState.Waiting));
            await test.Relay.RegisterAsync();
            await test.NextAsync(RelayState.Registered);
        }
    }

    [Test]
    public async Task Replaced_IsLogged_AndStandsInTheReasonWhenTheConnectionEnds()
    {
        (ClientUnderTest test, RegistrarCall registration) = await ClientUnderTest.RegisteredAsync();
        await using (test)
        {
            await Events(registration).CallAsync("replaced", ["203.0.113.9:4000"]).Within("the answer to replaced()");
            await test.Log.WaitForAsync(record => record.EventId.Id == 4006 && record.Message.Contains("203.0.113.9:4000", StringComparison.Ordinal));
            registration.Call.Connection.Abort("the other one has taken it");
            RelayStatus waiting = await test.NextAsync(RelayState.Waiting);
            Assert.That(waiting.Reason, Does.StartWith("another process at 203.0.113.9:4000 has registered this Tub. "));
            Assert.That(waiting.RetryIn, Is.GreaterThan(TimeSpan.FromSeconds(0.7)), "It has to back off.");

            await test.PassAsync(waiting);
            (await test.Relay.RegisterAsync()).Call.Connection.Abort("the test cuts it");
            Assert.That((await test.NextAsync(RelayState.Waiting)).Reason, Does.Not.Contain("203.0.113.9"));
        }
    }

    [TestCase("draining", "soon")]
    [TestCase("draining", null)]
    [TestCase("replaced", 7)]
    [TestCase("explode", 7)]
    public async Task Event_ThatIsNone_IsRefusedAndNothingElseHappens(string method, object? argument)
    {
        (ClientUnderTest test, RegistrarCall registration) = await ClientUnderTest.RegisteredAsync();
        await using (test)
        {
            await Assert.ThrowsAsync<RemoteException>(() => Events(registration).CallAsync(method, [argument]).Within("the refusal"));
            Assert.That(test.Client.Statuses.Single().State, Is.EqualTo(RelayState.Registered));
        }
    }

    [TestCase(-5L, "the relay stops within 0 s")]
    [TestCase(long.MaxValue, "the relay stops within 86400 s")]
    public async Task Draining_NumberOutOfReason_IsCut(long seconds, string reason)
    {
        (ClientUnderTest test, RegistrarCall registration) = await ClientUnderTest.RegisteredAsync();
        await using (test)
        {
            await Events(registration).CallAsync("draining", [seconds]).Within("the answer to draining()");
            Assert.That((await test.NextAsync(RelayState.Draining)).Reason, Is.EqualTo(reason));
        }
    }

    [Test]
    public async Task NetworkChanges_WhileWaiting_IsTriedAgainWithoutTheWait()
    {
        await using ClientUnderTest test = new();
        test.Relay.GoOffline();
        test.Start();
        await test.NextAsync(RelayState.Waiting);
        test.Relay.GoOnline();
        test.Client.OnNetworkAddressChanged(null, EventArgs.Empty);
        await test.Relay.RegisterAsync();
        await test.NextAsync(RelayState.Registered);
    }

    [Test]
    public async Task NetworkChanges_ConnectionIsDead_IsNoticedIn10Seconds()
    {
        (ClientUnderTest test, _) = await ClientUnderTest.RegisteredAsync();
        await using (test)
        {
            test.Network.Links[0].BlackHole();
            test.Client.OnNetworkAddressChanged(null, EventArgs.Empty);
            await test.Time.WaitForTimerAsync(TimeSpan.FromSeconds(10));
            test.Time.Advance(TimeSpan.FromSeconds(10));
            Assert.That((await test.NextAsync(RelayState.Waiting)).Reason, Does.Contain("nothing was received for 10 s"));
            test.Network.Links[0].Cut();
        }
    }

    private static RemoteReference Events(RegistrarCall registration) => (RemoteReference)registration.Options["events"]!;
}
