using Foolscap.Furls;
using Foolscap.Relay.Client.Tests.Fixtures;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Client.Tests;

/// <summary>What a client tells about its relays.</summary>
internal sealed class StatusTests
{
    [Test]
    public async Task Start_RelayAnswers_IsRegisteredWithItsHints()
    {
        await using ClientUnderTest test = new ClientUnderTest().Start(new RelayClientOptions { Window = 777 });
        RegistrarCall call = await test.Relay.RegisterAsync();
        Assert.That(await test.NextStatusAsync(), Is.EqualTo(new RelayStatus(test.Relay.TubId, RelayState.Connecting, [])).Using<RelayStatus>(Same));
        RelayStatus registered = await test.NextStatusAsync();
        Assert.Multiple(() =>
        {
            Assert.That(registered, Is.EqualTo(new RelayStatus(test.Relay.TubId, RelayState.Registered, [test.Relay.Hint])).Using<RelayStatus>(Same));
            Assert.That(test.Client.Statuses, Is.EqualTo(new[] { registered }));
            Assert.That(call.Call.Arguments, Has.Count.EqualTo(3));
            Assert.That(call.TubId, Is.EqualTo(test.Tub.TubId.ToString()));
            Assert.That(call.Options.Keys, Is.EquivalentTo(new[] { "window", "events", "direct" }));
            Assert.That(call.Options["window"], Is.EqualTo(777L));
        });
    }

    [Test]
    public async Task Registration_Refused_TellsWhyAndIsTriedAgain()
    {
        await using ClientUnderTest test = new ClientUnderTest().Start();
        (await test.Relay.NextAsync("register")).Refuse("no room");
        Assert.That((await test.NextStatusAsync()).State, Is.EqualTo(RelayState.Connecting));
        RelayStatus waiting = await test.NextStatusAsync();
        Assert.That(waiting.State, Is.EqualTo(RelayState.Waiting));
        Assert.That(waiting.Reason, Does.Contain("no room"));
        await test.PassAsync(waiting);
        RelayStatus connecting = await test.NextStatusAsync();
        Assert.That((connecting.State, connecting.Reason, connecting.RetryIn), Is.EqualTo((RelayState.Connecting, waiting.Reason, TimeSpan.Zero)));
        await test.Relay.RegisterAsync();
        RelayStatus registered = await test.NextStatusAsync();
        Assert.That((registered.State, registered.Reason), Is.EqualTo((RelayState.Registered, (string?)null)));
    }

    [Test]
    public async Task Registration_BadAnswer_TellsWhyAndIsTriedAgain()
    {
        await using ClientUnderTest test = new ClientUnderTest().Start();
        (await test.Relay.NextAsync("register")).Answer(new Dictionary<object, object?> { ["version"] = 2 });
        RelayStatus waiting = await test.NextAsync(RelayState.Waiting);
        Assert.That(waiting.Reason, Is.EqualTo("The relay speaks version 2 of the protocol; this side speaks 1."));
    }

    [Test]
    public async Task Registration_RegistrarHasAnotherNameNow_TellsWhatToDo()
    {
        await using ClientUnderTest test = new();
        Furl old = new(test.Relay.Furl.TubId, test.Relay.Furl.Hints, "old");
        TaskCompletionSource<RelayStatus> waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using RelayClient client = RelayClient.Start(
            test.Tub.Tub, [old], test.Connect, onStatus: status => _ = status.State == RelayState.Waiting && waiting.TrySetResult(status));
        Assert.That((await waiting.Task.Within("a failed attempt")).Reason, Does.StartWith("the relay has no registrar of the name in this FURL: get the FURL that it has now"));
    }

    [Test]
    public async Task Registration_NoAnswerInTime_TellsWhyAndIsTriedAgain()
    {
        await using ClientUnderTest test = new ClientUnderTest().Start(new RelayClientOptions { RegisterTimeout = TimeSpan.FromSeconds(7) });
        await test.Relay.NextAsync("register");
        await test.Time.WaitForTimerAsync(TimeSpan.FromSeconds(7));
        test.Time.Advance(TimeSpan.FromSeconds(7));
        RelayStatus waiting = await test.NextAsync(RelayState.Waiting);
        Assert.That(waiting.Reason, Is.EqualTo("the relay did not answer the registration within 7 s"));
    }

    [Test]
    public async Task Relay_IsLost_KeepsTheHintsAndTellsWhy()
    {
        (ClientUnderTest test, RegistrarCall registration) = await ClientUnderTest.RegisteredAsync();
        await using (test)
        {
            registration.Call.Connection.Abort("the test cuts it");
            RelayStatus waiting = await test.NextStatusAsync();
            Assert.That(waiting.State, Is.EqualTo(RelayState.Waiting));
            Assert.That(waiting.Hints, Is.EqualTo(new[] { test.Relay.Hint }));
            Assert.That(waiting.Reason, Does.StartWith($"The connection to Tub {test.Relay.TubId} was lost"));
            LogRecord record = await test.Log.WaitForAsync(record => record.EventId.Id == 4001);
            Assert.That(record.Message, Does.Contain(waiting.Reason!));
        }
    }

    [Test]
    public async Task Dispose_LastState_IsStopped()
    {
        (ClientUnderTest test, _) = await ClientUnderTest.RegisteredAsync();
        await using (test)
        {
            Task disposed = test.Client.DisposeAsync().AsTask();
            (await test.Relay.NextAsync("unregister")).Answer(null);
            await disposed.Within("the end of the client");
            Assert.That((await test.NextStatusAsync()).State, Is.EqualTo(RelayState.Stopped));
            Assert.That(test.Client.Statuses.Single().State, Is.EqualTo(RelayState.Stopped));
        }
    }

    [Test]
    public async Task Tub_IsStoppedBeforeTheClient_TheClientStops_AndNobodyWaitsForIt()
    {
        await using ClientUnderTest test = new ClientUnderTest().Start();
        await test.Relay.NextAsync("register");
        Task waiting = test.Client.WaitUntilRegisteredAsync();

        await test.Tub.Tub.DisposeAsync();

        Assert.That((await test.NextAsync(RelayState.Stopped)).Reason, Is.EqualTo($"The connection to Tub {test.Relay.TubId} ended: the Tub stops."));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting.Within("the end of the waiting"));
    }

    [Test]
    public async Task Start_WithATubThatIsStopped_SaysSo()
    {
        await using ClientUnderTest test = new();
        await test.Tub.Tub.DisposeAsync();

        test.Start();

        Assert.That((await test.NextAsync(RelayState.Stopped)).Reason, Is.EqualTo("the Tub that registers has been stopped"));
    }

    [Test]
    public async Task Hints_OfSeveralRelays_StandInTheOrderOfTheRelaysAndOnce()
    {
        await using ClientUnderTest test = new();
        test.Start(options: null, test.Other, test.Relay);
        RegistrarCall first = await test.Relay.NextAsync("register");
        first.Answer(new Dictionary<object, object?> { ["version"] = 1, ["hints"] = new List<object?> { "tcp:c:1", "tcp:b:1" } });
        await test.NextAsync(RelayState.Registered);
        Assert.That(test.Client.Hints, Is.EqualTo(new[] { ConnectionHint.Tcp("c", 1), ConnectionHint.Tcp("b", 1) }));
        RegistrarCall second = await test.Other.NextAsync("register");
        second.Answer(new Dictionary<object, object?> { ["version"] = 1, ["hints"] = new List<object?> { "tcp:b:1", "tcp:a:1" } });
        await test.NextAsync(RelayState.Registered);
        Assert.That(test.Client.Hints, Is.EqualTo(new[] { ConnectionHint.Tcp("b", 1), ConnectionHint.Tcp("a", 1), ConnectionHint.Tcp("c", 1) }));
    }

    [Test]
    public async Task OnStatus_Throws_DoesNotEndTheClient()
    {
        await using ClientUnderTest test = new();
        await using RelayClient client = RelayClient.Start(
            test.Tub.Tub, [test.Relay.Furl], token => test.Connect(token), onStatus: _ => throw new InvalidOperationException("the program's mistake"));
        await test.Relay.RegisterAsync();
        await client.WaitUntilRegisteredAsync(TestTime.Token);
        Task disposed = client.DisposeAsync().AsTask();
        (await test.Relay.NextAsync("unregister")).Answer(null);
        await disposed.Within("the end of the client");
    }

    [Test]
    public async Task Start_TwoRegistrarsOfOneRelay_Throws()
    {
        await using ClientUnderTest test = new();
        Furl second = new(test.Relay.TubId, [test.Relay.Hint], "another");
        Assert.That(
            () => RelayClient.Start(test.Tub.Tub, [test.Relay.Furl, second], test.Connect),
            Throws.ArgumentException.With.Property("ParamName").EqualTo("registrars"));
        Assert.That(() => RelayClient.Start(test.Tub.Tub, [], test.Connect), Throws.ArgumentException);
        Assert.That(() => RelayClient.Start(test.Tub.Tub, [null!], test.Connect), Throws.ArgumentException);
    }

    [TestCase(0, 1, 1)]
    [TestCase(1, 0, 1)]
    [TestCase(1, 1, 0)]
    public async Task Start_OptionOutOfRange_Throws(int window, int targetSeconds, int registerSeconds)
    {
        await using ClientUnderTest test = new();
        RelayClientOptions options = new()
        {
            Window = window,
            TargetTimeout = TimeSpan.FromSeconds(targetSeconds),
            RegisterTimeout = TimeSpan.FromSeconds(registerSeconds),
        };
        Assert.That(() => RelayClient.Start(test.Tub.Tub, [test.Relay.Furl], test.Connect, options), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    private static bool Same(RelayStatus left, RelayStatus right) =>
        left with { Hints = [] } == right with { Hints = [] } && left.Hints.SequenceEqual(right.Hints);
}
