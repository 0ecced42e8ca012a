using System.IO.Pipelines;
using Foolscap.Relay.Client.Tests.Fixtures;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Client.Tests;

/// <summary>What a client leaves behind.</summary>
internal sealed class DisposeTests
{
    [Test]
    public async Task Dispose_Registered_UnregistersItsListenerAndLeavesTheConnection()
    {
        (ClientUnderTest test, RegistrarCall registration) = await ClientUnderTest.RegisteredAsync();
        await using (test)
        {
            Task disposed = test.Client.DisposeAsync().AsTask();
            RegistrarCall unregistration = await test.Relay.NextAsync("unregister");
            Assert.That(unregistration.Call.Arguments, Has.Count.EqualTo(2));
            Assert.That(unregistration.TubId, Is.EqualTo(test.Tub.TubId.ToString()));
            Assert.That(unregistration.Listener, Is.EqualTo(registration.Listener));
            unregistration.Answer(null);
            await disposed.Within("the end of the client");
            TubConnection connection = await test.Tub.Tub.ConnectAsync(test.Relay.Furl, TestTime.Token);
            Assert.That(connection.Disconnected.IsCancellationRequested, Is.False);
            Assert.That(registration.Call.Connection.Disconnected.IsCancellationRequested, Is.False);
            Assert.That(test.Network.Links, Has.Count.EqualTo(1), "It is the connection that the client had.");
        }
    }

    [Test]
    public async Task Dispose_StreamsAreRelayed_AbortsThem()
    {
        (ClientUnderTest test, RegistrarCall registration) = await ClientUnderTest.RegisteredAsync();
        await using (test)
        {
            ScriptedEnd responder = new();
            await registration.AcceptAsync(responder);
            IDuplexPipe target = await test.NextTargetAsync();
            Task disposed = test.Client.DisposeAsync().AsTask();
            (await test.Relay.NextAsync("unregister")).Answer(null);
            Assert.That((await responder.NextAsync("abort")).Text, Is.EqualTo("the relay's client is not registered any more"));
            await target.ReceiveResetAsync();
            await disposed.Within("the end of the client");
        }
    }

    [Test]
    public async Task Dispose_RelayDoesNotAnswer_TakesTwoSeconds()
    {
        (ClientUnderTest test, _) = await ClientUnderTest.RegisteredAsync();
        await using (test)
        {
            Task disposed = test.Client.DisposeAsync().AsTask();
            await test.Relay.NextAsync("unregister");
            await test.Time.WaitForTimerAsync(TimeSpan.FromSeconds(2));
            Assert.That(disposed.IsCompleted, Is.False);
            test.Time.Advance(TimeSpan.FromSeconds(2));
            await disposed.Within("the end of the client");
        }
    }

    [Test]
    public async Task Dispose_RelayRefusesToUnregister_IsNoError()
    {
        (ClientUnderTest test, _) = await ClientUnderTest.RegisteredAsync();
        await using (test)
        {
            Task disposed = test.Client.DisposeAsync().AsTask();
            (await test.Relay.NextAsync("unregister")).Refuse("never heard of it");
            await disposed.Within("the end of the client");
        }
    }

    /// <summary>The relay takes the registration, or has taken it, and nobody would ever take it back.</summary>
    [Test]
    public async Task Dispose_RegistrationNotAnsweredYet_UnregistersAllTheSame()
    {
        await using ClientUnderTest test = new ClientUnderTest().Start();
        RegistrarCall registration = await test.Relay.NextAsync("register");
        Task disposed = test.Client.DisposeAsync().AsTask();
        RegistrarCall unregistration = await test.Relay.NextAsync("unregister");
        Assert.That(unregistration.Listener, Is.EqualTo(registration.Listener));
        unregistration.Answer(null);
        await disposed.Within("the end of the client");
    }

    [Test]
    public async Task Dispose_WhileConnectingToTheTub_RefusesAsNotRegistered()
    {
        (ClientUnderTest test, RegistrarCall registration) = await ClientUnderTest.RegisteredAsync();
        await using (test)
        {
            TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
            test.Connect = async cancellationToken =>
            {
                asked.SetResult();
                return await new TaskCompletionSource<TransportConnection>().Task.WaitAsync(cancellationToken);
            };
            Task<object?> accepting = registration.BeginAccept(new ScriptedEnd());
            await asked.Task.Within("an attempt to reach the Tub");
            Task disposed = test.Client.DisposeAsync().AsTask();
            (await test.Relay.NextAsync("unregister")).Answer(null);
            RemoteException refusal = (await Assert.ThrowsAsync<RemoteException>(() => accepting.Within("the refusal")))!;
            Assert.That(refusal.RemoteMessage, Is.EqualTo("the relay's client is not registered any more"));
            await disposed.Within("the end of the client");
        }
    }

    [Test]
    public async Task Dispose_WhileWaitingToTryAgain_IsOverAtOnce()
    {
        await using ClientUnderTest test = new();
        test.Relay.GoOffline();
        test.Start();
        await test.NextAsync(RelayState.Waiting);
        await test.Client.DisposeAsync().Within("the end of the client");
        Assert.That((await test.NextStatusAsync()).State, Is.EqualTo(RelayState.Stopped));
    }

    [Test]
    public async Task Dispose_Twice_IsHarmless()
    {
        await using ClientUnderTest test = new();
        test.Relay.GoOffline();
        test.Start();
        await test.Client.DisposeAsync().Within("the end of the client");
        await test.Client.DisposeAsync().Within("the end of the client, again");
        Assert.That(test.Client.Statuses.Single().State, Is.EqualTo(RelayState.Stopped));
    }
}
