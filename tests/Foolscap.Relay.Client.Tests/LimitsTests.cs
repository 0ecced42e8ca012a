using Foolscap.Relay.Client.Tests.Fixtures;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Client.Tests;

/// <summary>How much a relay can make a client hold.</summary>
internal sealed class LimitsTests
{
    [Test]
    public async Task MaxStreams_Reached_OneMoreIsRefusedUntilOneIsOver()
    {
        (ClientUnderTest test, RegistrarCall registration) = await ClientUnderTest.RegisteredAsync(new RelayClientOptions { MaxStreams = 2 });
        await using (test)
        {
            RemoteReference first = await registration.AcceptAsync(new ScriptedEnd());
            await registration.AcceptAsync(new ScriptedEnd());
            Assert.That(await RefusalAsync(registration), Is.EqualTo("this Tub has 2 relayed connections already"));

            await first.CallAsync("abort", ["enough"]).Within("the answer to abort()");
            await test.Log.WaitForAsync(record => record.EventId.Id == 4003);
            await registration.AcceptAsync(new ScriptedEnd());
        }
    }

    [Test]
    public async Task MaxPendingAccepts_Reached_OneMoreIsRefusedUntilOneIsOpen()
    {
        (ClientUnderTest test, RegistrarCall registration) = await ClientUnderTest.RegisteredAsync(new RelayClientOptions { MaxPendingAccepts = 1 });
        await using (test)
        {
            TaskCompletionSource<TransportConnection> opening = new(TaskCreationOptions.RunContinuationsAsynchronously);
            test.Connect = _ => opening.Task;
            Task<object?> first = registration.BeginAccept(new ScriptedEnd());
            Assert.That(await RefusalAsync(registration), Is.EqualTo("1 connections to this Tub are being opened already"));

            opening.SetResult(new DuplexPipePair().FirstConnection);
            Assert.That(await first.Within("the first answer"), Is.InstanceOf<RemoteReference>());
            test.Connect = _ => Task.FromResult(new DuplexPipePair().FirstConnection);
            await registration.AcceptAsync(new ScriptedEnd());
        }
    }

    [Test]
    public async Task Refusals_ManyAtOnce_AreOneLineInTheLog()
    {
        (ClientUnderTest test, RegistrarCall registration) = await ClientUnderTest.RegisteredAsync();
        await using (test)
        {
            test.Connect = _ => throw new IOException("not there");
            for (int count = 0; count < 20; count++)
            {
                await RefusalAsync(registration);
            }

            Assert.That(test.Log.Records.Count(record => record.EventId.Id == 4002), Is.EqualTo(1));
        }
    }

    [TestCase(0, 1)]
    [TestCase(1, 0)]
    public void Start_LimitBelowOne_IsRefused(int streams, int pending)
    {
        RelayClientOptions options = new() { MaxStreams = streams, MaxPendingAccepts = pending };
        Assert.Throws<ArgumentOutOfRangeException>(() => new ClientUnderTest().Start(options));
    }

    private static async Task<string> RefusalAsync(RegistrarCall registration) =>
        (await Assert.ThrowsAsync<RemoteException>(() => registration.BeginAccept(new ScriptedEnd()).Within("the refusal")))!.RemoteMessage;
}
