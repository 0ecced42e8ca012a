using System.Diagnostics;
using Foolscap.Relay.Faults.Tests.Fixtures;
using Foolscap.Relay.Faults.Tests.Programs;
using Foolscap.Relay.Interop.Tests.Peers;
using Foolscap.Relay.Interop.Tests.Raw;
using Foolscap.Tubs;

namespace Foolscap.Relay.Faults.Tests;

/// <summary>Clients of the relay that do not do as they should, beside one that does.</summary>
internal sealed class StrangeClientTests
{
    private const int Callers = 10;
    private const int FloodRounds = 40;
    private const int FloodWidth = 50;

    [Test]
    public async Task ClientThatAnswersNoAccept_ItsCallersGet503InTime_AndOthersAreServed()
    {
        await using FaultyRoute route = await FaultyRoute.StartAsync(shortTimes: true);
        await route.WarmUpAsync();
        RunningTransfer beside = await route.StartTransferAsync();
        await using (StrangeClient client = await StrangeClient.ConnectAsync(route.RegistrarFurl))
        {
            await client.RegisterAsync(_ => new TaskCompletionSource<object?>().Task);
            long start = Stopwatch.GetTimestamp();
            string[] answers = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => AskAsync(route, client)));
            TestContext.Out.WriteLine($"{Callers} answers within {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s; the relay waits for {ShortTimes.Accept.TotalSeconds} s.");

            Assert.That(answers, Is.All.Match(@"\AHTTP/1\.1 503 Service Unavailable: [^\r\n]+\r\n\r\n\z"));
            Assert.That(answers, Has.Some.Contains("did not answer"));
            await route.TransferAsync();
            await beside.WaitForProgressAsync(Figures.MiB);
        }

        await beside.FinishAsync();
        await route.CheckRecoveredAsync();
    }

    [Test]
    public async Task ClientThatWritesBeyondTheWindow_ItsStreamIsAborted_AndOthersGoOn()
    {
        await using FaultyRoute route = await FaultyRoute.StartAsync();
        await route.WarmUpAsync();
        RunningTransfer beside = await route.StartTransferAsync();
        Figures relay = Figures.Of(route.Relay);
        await using (StrangeClient client = await StrangeClient.ConnectAsync(route.RegistrarFurl))
        {
            BoundlessWriter writer = new();
            await client.RegisterAsync(writer.AcceptAsync);
            using RawSocket b = await RawSocket.ConnectAsync(route.RelayEndPoint);
            await b.SendAsync(RawSocket.MakeRequest(client.TubId));

            string refusal = await writer.Refusal.For("the relay's answer to a write beyond the window");
            string abort = await writer.Aborted.For("the relay's abort of the stream");

            Assert.That(refusal, Does.Contain("window").Or.Contain("the stream is over"), "writes that were on their way already");
            Assert.That(abort, Does.Contain("window").Or.Contain("gone already"), "it may be over before the relay has looked at the handler");
            await b.ReceiveResetAsync();
            Figures now = Figures.Of(route.Relay);
            Assert.That(now.Memory - relay.Memory, Is.LessThan(32 * Figures.MiB), "bytes that the relay has taken for it");
            await route.TransferAsync();
            await beside.WaitForProgressAsync(Figures.MiB);
        }

        await beside.FinishAsync();
        await route.CheckRecoveredAsync();
    }

    [Test]
    public async Task PeerThatFloodsRegistrations_TransferBesideGoesOn_AndNothingIsLeftOver()
    {
        await using FaultyRoute route = await FaultyRoute.StartAsync();
        await route.WarmUpAsync();
        RunningTransfer beside = await route.StartTransferAsync();
        await using (StrangeClient client = await StrangeClient.ConnectAsync(route.RegistrarFurl))
        {
            int answered = 0;
            Task flood = FloodAsync(client, () => Interlocked.Increment(ref answered));
            await beside.WaitForProgressAsync(4 * Figures.MiB);
            await route.TransferAsync();
            await flood.For("the answers to the flood");
            TestContext.Out.WriteLine($"{answered} of {2 * FloodRounds * FloodWidth} calls were answered without an error.");
        }

        await beside.WaitForProgressAsync(Figures.MiB);
        await beside.FinishAsync();
        Assert.That(route.Client.Output, Has.Count.EqualTo(1), "lines of the other client, which must not lose its registration");
        await route.CheckRecoveredAsync();
    }

    /// <summary>Registers and unregisters, many at once. The relay may answer with errors, or cut the connection.</summary>
    private static async Task FloodAsync(StrangeClient client, Action onAnswered)
    {
        for (int i = 0; i < FloodRounds; i++)
        {
            await Task.WhenAll(Enumerable.Range(0, FloodWidth).Select(_ => RegisterAndUnregisterAsync()));
        }

        async Task RegisterAndUnregisterAsync()
        {
            Referenceable listener = new Referenceable().On(RelayProtocol.Accept, _ => null);
            foreach (Task call in new[] { client.RegisterAsync(listener), client.UnregisterAsync(listener) })
            {
                try
                {
                    await call;
                    onAnswered();
                }
                catch (FoolscapException)
                {
                    // Refused: another one has registered meanwhile, or the relay has had enough.
                }
            }
        }
    }

    private static async Task<string> AskAsync(FaultyRoute route, StrangeClient client)
    {
        using RawSocket b = await RawSocket.ConnectAsync(route.RelayEndPoint);
        await b.SendAsync(RawSocket.MakeRequest(client.TubId));
        return await b.ReceiveTextToEndAsync();
    }

    /// <summary>Takes a connection, and writes to it without ever looking at the window.</summary>
    private sealed class BoundlessWriter
    {
        private const int Writes = 512;

        private readonly TaskCompletionSource<string> _refusal = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<string> _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>The first error that a write got.</summary>
        public Task<string> Refusal => _refusal.Task;

        /// <summary>The reason of the relay's abort.</summary>
        public Task<string> Aborted => _aborted.Task;

        public Task<object?> AcceptAsync(RemoteCall call)
        {
            RemoteReference responder = call.Get<RemoteReference>(0);
            call.AfterAnswer(() => _ = Enumerable.Range(0, Writes).Select(_ => WriteAsync(responder)).ToList());
            return Task.FromResult<object?>(new Referenceable()
                .On(RelayProtocol.Write, _ => null)
                .On(RelayProtocol.Close, _ => null)
                .On(RelayProtocol.Abort, abort => _aborted.TrySetResult(abort.Get<string>(0))));
        }

        private async Task WriteAsync(RemoteReference responder)
        {
            try
            {
                await responder.CallAsync(RelayProtocol.Write, [new byte[RelayProtocol.MaxWriteSize]]);
            }
            catch (FoolscapException exception)
            {
                _refusal.TrySetResult(exception.Message);
            }
        }
    }
}
