using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using Foolscap.Relay.Client.Tests.Fixtures;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Client.Tests;

/// <summary>Connections that a relay offers.</summary>
internal sealed class AcceptTests
{
    [Test]
    public async Task Accept_TubIsThere_BytesGoBothWays()
    {
        (ClientUnderTest test, RegistrarCall registration) = await ClientUnderTest.RegisteredAsync();
        await using (test)
        {
            ScriptedEnd responder = new() { AnswersAtOnce = true };
            RemoteReference handler = await registration.AcceptAsync(responder);
            IDuplexPipe target = await test.NextTargetAsync();
            await handler.CallAsync("write", [Piping.Bytes(1000)]).Within("the answer to a write");
            Assert.That(await target.ReceiveAsync(1000), Is.EqualTo(Piping.Bytes(1000)));
            await target.SendAsync(Piping.Bytes(500, seed: 2));
            Assert.That((await responder.NextWriteAsync()).Data, Is.EqualTo(Piping.Bytes(500, seed: 2)));

            await target.Output.CompleteAsync();
            await responder.NextAsync("close");
            await handler.CallAsync("close").Within("the answer to close()");
            Assert.That(await target.ReceiveToEndAsync(), Is.Empty);
            LogRecord record = await test.Log.WaitForAsync(record => record.EventId.Id == 4003);
            Assert.That(record.Message, Does.Contain("198.51.100.7:4711").And.Contain("1000 bytes to the Tub and 500 from it"));
        }
    }

    [Test]
    public async Task Accept_TubSpeaksFirst_NothingIsCalledOnTheResponderBeforeTheAnswer()
    {
        (ClientUnderTest test, RegistrarCall registration) = await ClientUnderTest.RegisteredAsync();
        await using (test)
        {
            TaskCompletionSource<TransportConnection> connecting = new();
            test.Connect = _ => connecting.Task;
            DuplexPipePair pair = new();
            await pair.Second.SendAsync(Piping.Bytes(100));

            // It looks when the first write arrives, on the reader of the relay's connection: an answer that came before
            // it has a reference to the handler by then.
            LookingResponder responder = new() { Connection = registration.Listener.Connection };
            int held = registration.Listener.Connection.HeldReferences;
            Task<object?> accepting = registration.BeginAccept(responder);
            connecting.SetResult(pair.FirstConnection);
            Assert.That(await responder.HeldAtFirstWrite.Task.Within("a write"), Is.EqualTo(held + 1), "The write came before the answer.");
            await accepting.Within("the answer to accept()");
        }
    }

    [Test]
    public async Task Accept_BeforeTheRegistrationIsAnswered_WaitsForTheWindow()
    {
        await using ClientUnderTest test = new ClientUnderTest().Start();
        RegistrarCall registration = await test.Relay.NextAsync("register");
        ScriptedEnd responder = new();
        Task<object?> accepting = registration.BeginAccept(responder);
        await RoundTripAsync(registration);
        Assert.That(accepting.IsCompleted, Is.False);
        registration.Answer(ScriptedRelay.GoodAnswer(test.Relay.Hint.ToString(), window: 10));
        Assert.That(await accepting.Within("the answer to accept()"), Is.InstanceOf<RemoteReference>());
        await (await test.NextTargetAsync()).SendAsync(Piping.Bytes(25));
        Assert.That((await responder.NextWriteAsync()).Data, Has.Length.EqualTo(10));
    }

    [Test]
    public async Task Accept_RegistrationFails_IsRefused()
    {
        await using ClientUnderTest test = new ClientUnderTest().Start();
        RegistrarCall registration = await test.Relay.NextAsync("register");
        Task<object?> accepting = registration.BeginAccept(new ScriptedEnd());
        registration.Answer(new Dictionary<object, object?> { ["version"] = 2 });
        Assert.That(await RefusalAsync(accepting), Is.EqualTo("the relay's client is not registered any more"));
    }

    [Test]
    public async Task Accept_WindowOfTheRelay_IsNeverPassed()
    {
        (ClientUnderTest test, RegistrarCall registration) = await ClientUnderTest.RegisteredAsync(window: 10);
        await using (test)
        {
            ScriptedEnd responder = new();
            await registration.AcceptAsync(responder);
            await (await test.NextTargetAsync()).SendAsync(Piping.Bytes(25));
            Assert.That((await responder.NextWriteAsync()).Data, Has.Length.EqualTo(10));
            await RoundTripAsync(registration);
            Assert.That(responder.Waiting, Is.Zero);
        }
    }

    [Test]
    public async Task Accept_OwnWindow_IsHeldAgainstTheRelay()
    {
        (ClientUnderTest test, RegistrarCall registration) = await ClientUnderTest.RegisteredAsync(new RelayClientOptions { Window = 10 });
        await using (test)
        {
            ScriptedEnd responder = new();
            RemoteReference handler = await registration.AcceptAsync(responder);
            IDuplexPipe target = await test.NextTargetAsync();
            Assert.That(
                await RefusalAsync(handler.CallAsync("write", [Piping.Bytes(11)])),
                Is.EqualTo("a write of 11 bytes goes beyond the window of 10: 0 are not answered yet"));
            await target.ReceiveResetAsync();
            await responder.NextAsync("abort");
        }
    }

    [Test]
    public async Task Accept_TubCannotBeReached_TellsTheRelayWhyAndLetsGoOfTheResponder()
    {
        (ClientUnderTest test, RegistrarCall registration) = await ClientUnderTest.RegisteredAsync();
        await using (test)
        {
            test.Connect = _ => Task.FromException<TransportConnection>(new SocketException((int)SocketError.ConnectionRefused));
            Assert.That(
                await RefusalAsync(registration.BeginAccept(new ScriptedEnd())),
                Does.StartWith("the Tub behind the relay's client cannot be reached: ").And.Contain("refused"));
            LogRecord record = await test.Log.WaitForAsync(record => record.EventId.Id == 4002);
            Assert.That(record.Message, Does.Contain("198.51.100.7:4711").And.Contain("cannot be reached"));
            await UntilAsync(registration, connection => connection.ExportedReferences == 1, "the release of the responder");
        }
    }

    [Test]
    public async Task Accept_TubDoesNotAnswerInTime_TellsTheRelayWhy()
    {
        (ClientUnderTest test, RegistrarCall registration) = await ClientUnderTest.RegisteredAsync();
        await using (test)
        {
            test.Connect = WaitForEverAsync;
            Task<object?> accepting = registration.BeginAccept(new ScriptedEnd());
            await test.Time.WaitForTimerAsync(TimeSpan.FromSeconds(5));
            test.Time.Advance(TimeSpan.FromSeconds(5));
            Assert.That(await RefusalAsync(accepting), Is.EqualTo("the Tub behind the relay's client did not answer within 5 s"));
        }
    }

    [TestCaseSource(nameof(Infos))]
    public async Task Accept_InfoOfAnyKind_IsTakenAndLogged(object? info, string logged)
    {
        (ClientUnderTest test, RegistrarCall registration) = await ClientUnderTest.RegisteredAsync();
        await using (test)
        {
            test.Connect = _ => throw new IOException("not there");
            await RefusalAsync(registration.Listener.CallAsync("accept", [new ScriptedEnd(), info]));
            LogRecord record = await test.Log.WaitForAsync(record => record.EventId.Id == 4002);
            Assert.That(record.Message, Does.Contain($"the last one was of {logged}: "));
        }
    }

    [TestCase(null)]
    [TestCase("text")]
    public async Task Accept_NoResponder_IsRefused(object? responder)
    {
        (ClientUnderTest test, RegistrarCall registration) = await ClientUnderTest.RegisteredAsync();
        await using (test)
        {
            Task<object?> accepting = registration.Listener.CallAsync("accept", [responder, new Dictionary<object, object?>()]);
            RemoteException refusal = (await Assert.ThrowsAsync<RemoteException>(() => accepting.Within("the refusal")))!;
            Assert.That(refusal.RemoteType, Is.EqualTo("foolscap.tokens.Violation"));
        }
    }

    [Test]
    public async Task Call_UnknownMethod_IsRefused()
    {
        (ClientUnderTest test, RegistrarCall registration) = await ClientUnderTest.RegisteredAsync();
        await using (test)
        {
            Assert.That(await RefusalAsync(registration.Listener.CallAsync("refuse")), Does.Contain("refuse"));
        }
    }

    private static IEnumerable<TestCaseData> Infos()
    {
        yield return new TestCaseData(new Dictionary<object, object?> { ["peer"] = "[::1]:1", ["direct"] = "x" }, "[::1]:1").SetArgDisplayNames("text");
        yield return new TestCaseData(new Dictionary<object, object?> { ["peer"] = Encoding.ASCII.GetBytes("[::1]:1") }, "[::1]:1").SetArgDisplayNames("byte string");
        yield return new TestCaseData(new Dictionary<object, object?> { ["peer"] = 5 }, "(unknown)").SetArgDisplayNames("integer");
        yield return new TestCaseData(new Dictionary<object, object?>(), "(unknown)").SetArgDisplayNames("nothing");
        yield return new TestCaseData(null, "(unknown)").SetArgDisplayNames("None instead of a dict");
    }

    private static async Task<string> RefusalAsync(Task<object?> call) =>
        (await Assert.ThrowsAsync<RemoteException>(() => call.Within("the refusal")))!.RemoteMessage;

    private static async Task<TransportConnection> WaitForEverAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource<TransportConnection> never = new();
        return await never.Task.WaitAsync(cancellationToken);
    }

    /// <summary>When this returns, the client has handled all that was sent before it.</summary>
    private static async Task RoundTripAsync(RegistrarCall registration) =>
        await Assert.ThrowsAsync<RemoteException>(() => registration.Listener.CallAsync("echo").Within("an echo"));

    private static async Task UntilAsync(RegistrarCall registration, Func<TubConnection, bool> condition, string missing)
    {
        CancellationToken limit = TestTime.Token;
        while (!condition(registration.Listener.Connection))
        {
            if (limit.IsCancellationRequested)
            {
                throw Waiting.Missing(missing);
            }

            await RoundTripAsync(registration);
        }
    }

    /// <summary>Counts, when the first write arrives, what the relay holds of the client.</summary>
    private sealed class LookingResponder : IByteStringReceiver
    {
        public TaskCompletionSource<int> HeldAtFirstWrite { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TubConnection? Connection { get; set; }

        public ValueTask<object?> CallAsync(RemoteCall call) => default;

        public void Receive(string method, in System.Buffers.ReadOnlySequence<byte> data, PendingAnswer answer)
        {
            HeldAtFirstWrite.TrySetResult(Connection!.HeldReferences);
            answer.Complete();
        }
    }
}
