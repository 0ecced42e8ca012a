using Foolscap.TestUtilities;

namespace Foolscap.Tubs.Tests.Hostile;

/// <summary>An application whose own code throws where it should not: that costs it the one call, and nobody else anything.</summary>
internal sealed class FaultyProgramTests
{
    private TubPair _pair = null!;

    [SetUp]
    public void Create() => _pair = TubPair.Create();

    [TearDown]
    public async Task Dispose() => await _pair.DisposeAsync();

    [TestCase(false)]
    [TestCase(true)]
    public async Task AnswerThatThrowsWhileItIsSent_BecomesAnError(bool later)
    {
        static IEnumerable<int> Broken()
        {
            yield return 1;
            throw new InvalidTimeZoneException("thrown by an enumerator");
        }

        Referenceable target = new Referenceable()
            .OnAsync("list", async call =>
            {
                if (later)
                {
                    await Task.Yield();
                }

                return Broken();
            })
            .On("echo", call => call.Arguments[0]);
        RemoteReference reference = await _pair.GetReferenceAsync(target);

        Assert.That(
            async () => await reference.CallAsync("list", [], TestTime.Token),
            Throws.TypeOf<RemoteException>().With.Message.Contains("thrown by an enumerator"));
        Assert.That(await reference.CallAsync<string>("echo", ["still there"], TestTime.Token), Is.EqualTo("still there"));
    }

    [Test]
    public async Task AnswerThatCallsWhileItIsSent_BecomesAnError()
    {
        RemoteReference? back = null;

        IEnumerable<int> Calling()
        {
            back!.CallOnly("ping");
            yield return 1;
        }

        Referenceable target = new Referenceable()
            .On("keep", call => { back = call.Get<RemoteReference>(0); })
            .On("list", call => Calling());
        RemoteReference reference = await _pair.GetReferenceAsync(target);
        await reference.CallAsync("keep", [new Referenceable()], TestTime.Token);

        Assert.That(
            async () => await reference.CallAsync("list", [], TestTime.Token),
            Throws.TypeOf<RemoteException>().With.Message.Contains("while it is enumerated"));
    }

    [Test]
    public async Task ActionAfterTheAnswerThatThrows_LeavesTheConnectionAlone()
    {
        Referenceable target = new Referenceable().On("ask", call =>
        {
            call.AfterAnswer(() => throw new InvalidTimeZoneException("thrown after the answer"));
            return 1;
        });
        RemoteReference reference = await _pair.GetReferenceAsync(target);

        Assert.That(await reference.CallAsync<long>("ask", [], TestTime.Token), Is.EqualTo(1));
        Assert.That(await reference.CallAsync<long>("ask", [], TestTime.Token), Is.EqualTo(1));
    }

    [Test]
    public async Task CallbackOnDisconnectThatThrows_DoesNotKeepTheConnectionOpen()
    {
        TubConnection connection = await _pair.ConnectAsync();
        connection.Disconnected.Register(() => throw new InvalidTimeZoneException("thrown by a callback"));

        await connection.CloseAsync().WithinLimit();

        Assert.That(connection.Ended.IsCompletedSuccessfully, Is.True);
    }

    [Test]
    public async Task CallbackOnDisconnectThatBlocks_DoesNotKeepTheConnectionOpen()
    {
        using ManualResetEventSlim release = new();
        TubConnection connection = await _pair.ConnectAsync();
        connection.Disconnected.Register(() => release.Wait(TestTime.Limit));

        await connection.CloseAsync().WithinLimit();

        release.Set();
        Assert.That(connection.Ended.IsCompletedSuccessfully, Is.True);
    }

    [Test]
    public async Task ListenerOfAReconnectorsStatusThatThrows_DoesNotEndIt()
    {
        TaskCompletionSource connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Reconnector reconnector = Reconnector.Start(
            _pair.Client.Tub,
            _pair.Server.Tub.Register(new Referenceable()).WithHints([_pair.Server.Hint]),
            async (_, ended) =>
            {
                connected.SetResult();
                await Task.Delay(Timeout.Infinite, ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            },
            onStatus: _ => throw new InvalidTimeZoneException("thrown by a listener"));

        await connected.Task.WithinLimit();
        await reconnector.DisposeAsync().WithinLimit();

        Assert.That(reconnector.Status.State, Is.EqualTo(ReconnectorState.Stopped));
    }
}
