using System.Collections.Concurrent;
using Foolscap.TestUtilities;

namespace Foolscap.Tubs.Tests.Connections;

/// <summary>Calls between two Tubs: their order, their answers and errors, and their limits.</summary>
internal sealed class CallTests
{
    private TubPair _pair = null!;

    [SetUp]
    public void CreatePair() => _pair = TubPair.Create(new TubPairOptions { Server = new TubOptions { Limits = new TubLimits { MaxPendingCalls = 3 } } });

    [TearDown]
    public async Task DisposePair() => await _pair.DisposeAsync();

    [Test]
    public async Task CallAsync_ManyAtOnce_GetControlInTheirOrderAndAnswersToo()
    {
        ConcurrentQueue<long> order = new();
        await using TubPair pair = TubPair.Create();
        using RemoteReference target = await pair.GetReferenceAsync(new Referenceable().On("next", call =>
        {
            order.Enqueue(call.Get<long>(0));
            return call.Get<long>(0);
        }));

        long[] answers = await Task.WhenAll(
            Enumerable.Range(0, 200).Select(i => target.CallAsync<long>("next", [i], TestTime.Token)));

        Assert.That(answers, Is.Ordered.And.Length.EqualTo(200));
        Assert.That(order, Is.EqualTo(answers));
    }

    [Test]
    public async Task CallAsync_ConnectionEndsWhileTheCallIsWritten_LeavesNoUnobservedException()
    {
        string mark = $"mark-{Guid.NewGuid():N}";
        using RemoteReference target = await _pair.GetReferenceAsync(new Referenceable());

        Assert.That(await UnobservedExceptions.CollectAsync(mark, CallAsync), Is.Empty);

        async Task CallAsync() =>
            await Assert.CatchAsync<Exception>(() => target.CallAsync("m", [Ending(target.Connection, mark)], cancellationToken: TestTime.Token));

        // The table of calls has failed by then, and the outbox takes the message no more.
        static IEnumerable<object?> Ending(TubConnection connection, string reason)
        {
            connection.Abort(reason);
            yield return new Uri("http://cannot.be.sent");
        }
    }

    [Test]
    public async Task CallAsync_MethodThatAnswersLater_HoldsUpNobody()
    {
        TaskCompletionSource<object?> later = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using RemoteReference target = await _pair.GetReferenceAsync(
            new Referenceable().OnAsync("slow", _ => later.Task).On("fast", _ => "fast"));

        Task<string> slow = target.CallAsync<string>("slow", cancellationToken: TestTime.Token);
        Assert.That(await target.CallAsync<string>("fast", cancellationToken: TestTime.Token), Is.EqualTo("fast"));
        Assert.That(slow.IsCompleted, Is.False);
        later.SetResult("slow");

        Assert.That(await slow, Is.EqualTo("slow"));
    }

    [Test]
    public async Task CallAsync_MethodThatBlocks_DoesNotHoldUpAnswersTheOtherWay()
    {
        using ManualResetEventSlim release = new();
        using RemoteReference target = await _pair.GetReferenceAsync(new Referenceable().On("block", _ =>
        {
            release.Wait(TestTime.Limit);
            return 1;
        }));
        using RemoteReference back = await _pair.Server.Tub.GetReferenceAsync(
            _pair.Client.Tub.Register(new Referenceable().On("ok", _ => "ok")), TestTime.Token);

        Task<int> blocked = target.CallAsync<int>("block", cancellationToken: TestTime.Token);
        string other = await back.CallAsync<string>("ok", cancellationToken: TestTime.Token);
        release.Set();

        Assert.That((other, await blocked), Is.EqualTo(("ok", 1)));
    }

    [Test]
    public async Task CallOnly_Method_RunsAndItsErrorIsNotHeard()
    {
        TaskCompletionSource<object?> called = new();
        using RemoteReference target = await _pair.GetReferenceAsync(new Referenceable().On("tell", call =>
        {
            called.TrySetResult(call.Arguments[0]);
            throw new InvalidOperationException();
        }).On("ok", _ => 1));

        target.CallOnly("tell", ["x"]);

        Assert.That(await called.Task.WithinLimit(), Is.EqualTo("x"));
        Assert.That(await target.CallAsync<int>("ok", cancellationToken: TestTime.Token), Is.EqualTo(1));
    }

    [Test]
    public async Task CallAsync_Keywords_Arrive()
    {
        using RemoteReference target = await _pair.GetReferenceAsync(
            new Referenceable().On("m", call => call.TryGet("b", out long b) && call.TryGet("a", out string? a) && !call.TryGet("c", out int _) ? $"{a}{b}" : ""));

        object? answer = await target.CallAsync("m", [], new Dictionary<string, object?> { ["b"] = 1, ["a"] = "x" }, TestTime.Token);

        Assert.That(answer, Is.EqualTo("x1"));
    }

    [Test]
    public async Task CallAsync_MethodFails_IsARemoteExceptionWithItsType()
    {
        using RemoteReference target = await _pair.GetReferenceAsync(new Referenceable()
            .On("now", _ => throw new InvalidOperationException("no"))
            .OnAsync("later", _ => Task.FromException<object?>(new ViolationException("bad"))));

        RemoteException? now = await Assert.CatchAsync<RemoteException>(() => target.CallAsync("now", cancellationToken: TestTime.Token));
        RemoteException? later = await Assert.CatchAsync<RemoteException>(() => target.CallAsync("later", cancellationToken: TestTime.Token));
        RemoteException? unknown = await Assert.CatchAsync<RemoteException>(() => target.CallAsync("nonesuch", cancellationToken: TestTime.Token));

        Assert.That((now!.RemoteType, now.RemoteMessage), Is.EqualTo(("System.InvalidOperationException", "no")));
        Assert.That(later!.RemoteType, Is.EqualTo("foolscap.tokens.Violation"));
        Assert.That(unknown!.Is("builtins.AttributeError"), Is.True);
    }

    [Test]
    public async Task CallAsync_ArgumentThatCannotBeSent_FailsHereAndNothingElse()
    {
        using RemoteReference target = await _pair.GetReferenceAsync(new Referenceable().On("echo", call => call.Arguments[0]));
        List<object?> shared = [1];

        Assert.That(
            () => target.CallAsync("echo", [new object?[] { shared, new Uri("http://x") }], TestTime.Token),
            Throws.TypeOf<ViolationException>().With.Message.Contains("System.Uri"));

        object? answer = await target.CallAsync("echo", [new object?[] { shared, shared }], TestTime.Token);
        List<object?> list = (List<object?>)answer!;
        Assert.That(list[1], Is.SameAs(list[0]), "the numbers of the OPENs are still in step");
    }

    [Test]
    public async Task CallAsync_AnswerThatCannotBeSent_IsAnError()
    {
        using RemoteReference target = await _pair.GetReferenceAsync(new Referenceable()
            .On("odd", _ => new Uri("http://x"))
            .On("broken", _ => Broken())
            .On("ok", _ => 1));

        RemoteException? odd = await Assert.CatchAsync<RemoteException>(() => target.CallAsync("odd", cancellationToken: TestTime.Token));
        RemoteException? broken = await Assert.CatchAsync<RemoteException>(() => target.CallAsync("broken", cancellationToken: TestTime.Token));

        Assert.That(odd!.RemoteType, Is.EqualTo("foolscap.tokens.Violation"));
        Assert.That(broken!.RemoteMessage, Is.EqualTo("while it was read"));
        Assert.That(await target.CallAsync<int>("ok", cancellationToken: TestTime.Token), Is.EqualTo(1));

        static IEnumerable<object> Broken()
        {
            yield return 1;
            throw new InvalidOperationException("while it was read");
        }
    }

    [Test]
    public async Task CallAsync_EmptyMethodName_IsRefusedAndTheConnectionStays()
    {
        using RemoteReference target = await _pair.GetReferenceAsync(new Referenceable().On("ok", _ => 1));

        // The public methods refuse an empty name; a peer of another make may not.
        RemoteException? error = await Assert.CatchAsync<RemoteException>(
            () => target.Connection.CallAsync(target.Clid, "", [], null, TestTime.Token).WithinLimit());

        Assert.That(error!.Is("builtins.AttributeError") || error.Is("foolscap.tokens.Violation"), Is.True);
        Assert.That(await target.CallAsync<int>("ok", cancellationToken: TestTime.Token), Is.EqualTo(1));
    }

    [Test]
    public async Task CallAsync_Cancelled_EndsTheWaitAndIgnoresTheAnswer()
    {
        TaskCompletionSource<object?> later = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using RemoteReference target = await _pair.GetReferenceAsync(
            new Referenceable().OnAsync("slow", _ => later.Task).On("ok", _ => 1));
        using CancellationTokenSource cancel = new();
        Task<object?> call = target.CallAsync("slow", cancellationToken: cancel.Token);

        await cancel.CancelAsync();

        Assert.That(() => call.WithinLimit(), Throws.InstanceOf<OperationCanceledException>());
        later.SetResult("late");
        Assert.That(await target.CallAsync<int>("ok", cancellationToken: TestTime.Token), Is.EqualTo(1));
    }

    [Test]
    public async Task CallAsync_MoreThanMaxPendingCalls_IsRefusedUntilOneIsAnswered()
    {
        TaskCompletionSource<object?> later = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using RemoteReference target = await _pair.GetReferenceAsync(
            new Referenceable().OnAsync("slow", _ => later.Task).On("ok", _ => 1));
        Task[] slow = [.. Enumerable.Range(0, 3).Select(_ => target.CallAsync("slow", cancellationToken: TestTime.Token))];

        RemoteException? error = await Assert.CatchAsync<RemoteException>(() => target.CallAsync("ok", cancellationToken: TestTime.Token));
        later.SetResult(null);
        await Task.WhenAll(slow);

        Assert.That(error!.RemoteMessage, Does.Contain("3 calls wait for their answers"));
        Assert.That(await target.CallAsync<int>("ok", cancellationToken: TestTime.Token), Is.EqualTo(1));
    }

    [Test]
    public async Task CallAsync_AnswerOfAnotherType_IsAViolationWithBothTypes()
    {
        using RemoteReference target = await _pair.GetReferenceAsync(new Referenceable().On("text", _ => "é"));

        Assert.That(
            () => target.CallAsync<int>("text", cancellationToken: TestTime.Token),
            Throws.TypeOf<ViolationException>().With.Message.EqualTo("The answer of text() must be an integer of 32 bits, and is text."));
    }

    [Test]
    public async Task AfterAnswer_Call_ArrivesBehindTheAnswer()
    {
        ConcurrentQueue<string> order = new();
        TaskCompletionSource told = new();
        Referenceable listener = new Referenceable().On("told", _ =>
        {
            order.Enqueue("told");
            told.SetResult();
        });
        using RemoteReference target = await _pair.GetReferenceAsync(new Referenceable().On("m", call =>
        {
            RemoteReference caller = call.Get<RemoteReference>(0);
            call.AfterAnswer(() => caller.CallOnly("told"));
            return "answer";
        }));

        AnswerRecorder recorder = new(order);
        target.Connection.Outbox.Post(new Foolscap.Tubs.Connections.CallMessage(
            target.Connection.PendingCalls.Add(recorder, 0), target.Clid, "m", [listener], null));

        await told.Task.WithinLimit();
        Assert.That(order, Is.EqualTo(new[] { "answered", "told" }));
    }

    private sealed class AnswerRecorder(ConcurrentQueue<string> order) : IAnswerReceiver
    {
        public void OnAnswer(int tag, object? value) => order.Enqueue("answered");

        public void OnFailure(int tag, Exception failure) => order.Enqueue(failure.Message);
    }
}
