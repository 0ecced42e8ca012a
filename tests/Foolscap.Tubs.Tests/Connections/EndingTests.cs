using Foolscap.TestUtilities;

namespace Foolscap.Tubs.Tests.Connections;

/// <summary>How connections end, and who is told: by the peer, by the wire, by silence, by this side.</summary>
internal sealed class EndingTests
{
    private static readonly TubOptions Watchful = new()
    {
        KeepaliveTimeout = TimeSpan.FromSeconds(20),
        DisconnectTimeout = TimeSpan.FromSeconds(60),
    };

    private static readonly TubOptions Never = new()
    {
        KeepaliveTimeout = Timeout.InfiniteTimeSpan,
        DisconnectTimeout = Timeout.InfiniteTimeSpan,
        WriteTimeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>Two Tubs for which no time passes: no limit cuts off what takes long on a busy machine.</summary>
    private static TubPairOptions TimelessPair => new() { TimeProvider = new FakeTimeProvider(), Client = Never, Server = Never };

    [Test]
    public async Task Cut_Wire_FailsPendingCallsAndCancelsDisconnected()
    {
        await using TubPair pair = TubPair.Create();
        TaskCompletionSource<object?> never = new();
        using RemoteReference target = await pair.GetReferenceAsync(new Referenceable().OnAsync("never", _ => never.Task));
        Task<object?> call = target.CallAsync("never");
        TubConnection server = pair.Server.Tub.Connections.Find(pair.Client.TubId)!;

        pair.Network.Links[0].Cut();

        Assert.That(() => call.WithinLimit(), Throws.TypeOf<ConnectionLostException>().With.Message.Contains("was lost"));
        await target.Connection.Disconnected.CancelledWithinLimit();
        await server.Disconnected.CancelledWithinLimit();
        Assert.That(() => target.CallAsync("never"), Throws.TypeOf<ConnectionLostException>());
        Assert.That(() => target.CallOnly("never"), Throws.TypeOf<ConnectionLostException>());
        Assert.That((await server.Ended.WithinLimit()).Message, Does.Contain(pair.Client.TubId.ToString()));
        Assert.That(pair.Client.Tub.Connections.Find(pair.Server.TubId), Is.Null);
    }

    [Test]
    public async Task Ended_IsToldWhenItsTubHasForgottenTheConnection()
    {
        using RecordingLoggerFactory log = new();
        await using TubPair pair = TubPair.Create(TimelessPair with { LoggerFactory = log });
        TubConnection connection = await pair.ConnectAsync();
        bool? wasToldTooSoon = null;
        log.OnRecord = record =>
        {
            if (record.EventId.Id == 1001 && record.Message.Contains("enough", StringComparison.Ordinal))
            {
                wasToldTooSoon = connection.Ended.IsCompleted;
            }
        };

        // It is logged before it is forgotten.
        connection.Abort("enough");

        Assert.That(wasToldTooSoon, Is.False, "Whoever hears of it may connect anew at once.");
        Assert.That(connection.Ended.IsCompleted, Is.True);
    }

    [Test]
    public async Task CloseAsync_BothSides_CloseNotifyIsAnsweredAndNothingHangs([Values] bool byClient)
    {
        await using TubPair pair = TubPair.Create(TimelessPair);
        TubConnection client = await pair.ConnectAsync();
        TubConnection server = pair.Server.Tub.Connections.Find(pair.Client.TubId)!;
        (TubConnection closing, TubConnection other) = byClient ? (client, server) : (server, client);

        await closing.CloseAsync("enough").WithinLimit();

        Assert.That((await closing.Ended).Message, Does.Contain("enough"));
        Assert.That((await other.Ended.WithinLimit()).Message, Does.Contain("closed the connection"), "an orderly end, not a lost one");
        await other.Closed.WithinLimit();
        await closing.CloseAsync("again").WithinLimit();
        Assert.That((await closing.Ended).Message, Does.Contain("enough"), "the first reason counts");
    }

    [Test]
    public async Task CloseAsync_WhatWaitsToBeSent_IsSentFirst()
    {
        await using TubPair pair = TubPair.Create(TimelessPair);
        List<long> got = [];
        TaskCompletionSource all = new();
        using RemoteReference target = await pair.GetReferenceAsync(new Referenceable().On("tell", call =>
        {
            got.Add(call.Get<long>(0));
            if (got.Count == 500)
            {
                all.SetResult();
            }
        }));
        for (int i = 0; i < 500; i++)
        {
            target.CallOnly("tell", [i, new byte[1000]]);
        }

        await target.Connection.CloseAsync().WithinLimit();

        await all.Task.WithinLimit();
        Assert.That(got, Is.Ordered.And.Count.EqualTo(500));
    }

    [Test]
    public async Task DisposeAsync_PeerThatDoesNotAnswer_IsCutAfterFiveSeconds()
    {
        FakeTimeProvider clock = new();
        TubPair pair = TubPair.Create(new TubPairOptions { TimeProvider = clock, Client = Never, Server = Never });
        TubConnection client = await pair.ConnectAsync();
        TubConnection server = pair.Server.Tub.Connections.Find(pair.Client.TubId)!;
        pair.Network.Links[0].BlackHole();

        Task stopping = pair.Client.Tub.DisposeAsync().AsTask();
        await clock.WaitForTimerAsync(TimeSpan.FromSeconds(5));
        Assert.That(stopping.IsCompleted, Is.False);
        clock.Advance(TimeSpan.FromSeconds(5));

        await stopping.WithinLimit();
        await client.Closed.WithinLimit();
        server.Abort("the test is over");
        await server.Closed.WithinLimit();
        await pair.DisposeAsync();
    }

    /// <summary>
    /// With the clock at rest nothing but the other end can end the wait. About one time in a thousand OpenSSL complained, or
    /// worse, when its session was ended while it decrypted the other end's close_notify; hence the rounds.
    /// </summary>
    [Test]
    public async Task DisposeAsync_BothEndsAtOnce_EndsInOrderEachTime()
    {
        for (int round = 0; round < 100; round++)
        {
            TubPair pair = TubPair.Create(TimelessPair);
            using (await pair.GetReferenceAsync(new Referenceable()))
            {
                // Giving it back puts a call and its answer on the wire, just when both ends close.
            }

            await pair.DisposeAsync();
        }
    }

    [Test]
    public async Task Keepalive_SilentPeer_IsPingedAndThenDropped()
    {
        FakeTimeProvider clock = new();
        await using TubPair pair = TubPair.Create(new TubPairOptions { TimeProvider = clock, Client = Watchful, Server = Never });
        using RemoteReference target = await pair.GetReferenceAsync(new Referenceable().On("ok", _ => 1));
        TubConnection server = pair.Server.Tub.Connections.Find(pair.Client.TubId)!;
        pair.Network.Links[0].BlackHole();

        clock.Advance(TimeSpan.FromSeconds(59.9));
        Assert.That(target.Connection.Ended.IsCompleted, Is.False);
        clock.Advance(TimeSpan.FromSeconds(0.2));

        Assert.That((await target.Connection.Ended.WithinLimit()).Message, Does.Contain("nothing was received for 60 s"));
        Assert.That(clock.ArmedTimers, Has.None.GreaterThan(TimeSpan.FromSeconds(5)), "the watch is over");
        server.Abort("the test is over");
    }

    [TestCase(0)]
    [TestCase(-5)]
    public void Tub_WriteTimeoutThatIsNone_IsRefused(int seconds) =>
        Assert.That(
            () => new Tub(TestCertificates.High, new TubOptions { WriteTimeout = TimeSpan.FromSeconds(seconds) }),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo("WriteTimeout"));

    [Test]
    public async Task Keepalive_IdlePeerThatAnswersPings_IsKept()
    {
        FakeTimeProvider clock = new();
        await using TubPair pair = TubPair.Create(new TubPairOptions { TimeProvider = clock, Client = Watchful, Server = Never });
        using RemoteReference target = await pair.GetReferenceAsync(new Referenceable().On("ok", _ => 1));
        for (int i = 0; i < 10; i++)
        {
            Assert.That(await target.CallAsync<int>("ok", cancellationToken: TestTime.Token), Is.EqualTo(1));
            clock.Advance(TimeSpan.FromSeconds(50));
        }

        Assert.That(target.Connection.Ended.IsCompleted, Is.False);
    }

    [Test]
    public async Task Reconnect_AfterSilentLoss_IsAcceptedAtOnceAndReplacesTheOldOne([Values] bool clientIsMaster)
    {
        await using TubPair pair = TubPair.Create(new TubPairOptions { ClientIsMaster = clientIsMaster, Client = Never, Server = Never });
        // A call and its answer: then both sides have the connection, whoever decided.
        using RemoteReference target = await pair.GetReferenceAsync(new Referenceable());
        TubConnection lost = target.Connection;
        TubConnection stale = pair.Server.Tub.Connections.Find(pair.Client.TubId)!;
        pair.Network.Links[0].BlackHole();
        lost.Abort("the cable was pulled");
        await lost.Closed.WithinLimit();

        TubConnection again = await pair.ConnectAsync().WithinLimit();

        Assert.That((await stale.Ended.WithinLimit()).Message, Does.Contain("replaced by a newer connection"));
        Assert.That(again.Ended.IsCompleted, Is.False);
        pair.Network.Links[0].Cut();
        await stale.Closed.WithinLimit();
    }

    [Test]
    public async Task BrokenBanana_OfThePeer_EndsTheConnectionWithTheReasonOnBothSides()
    {
        await using TubPair pair = TubPair.Create();
        TubConnection client = await pair.ConnectAsync();
        TubConnection server = pair.Server.Tub.Connections.Find(pair.Client.TubId)!;

        client.Outbox.Post(new Foolscap.Tubs.Connections.RawMessage([0xFF]));

        Assert.That((await server.Ended.WithinLimit()).Message, Does.Contain("Invalid type byte 0xff"));
        Assert.That((await client.Ended.WithinLimit()).Message, Does.Contain("The other end dropped the connection: Invalid type byte 0xff"));
    }

    [Test]
    public async Task Ended_Callbacks_RunOffTheStackOfTheOneWhoEnds()
    {
        await using TubPair pair = TubPair.Create();
        TubConnection client = await pair.ConnectAsync();
        TaskCompletionSource called = new(TaskCreationOptions.RunContinuationsAsynchronously);
        client.Disconnected.Register(() => called.SetResult());

        client.Abort("now");

        await called.Task.WithinLimit();
        await client.Closed.WithinLimit();
        Assert.That((await client.Ended).Message, Does.Contain("was cut: now"));
    }
}
