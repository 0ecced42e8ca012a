using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Server.Tests.Fixtures;

/// <summary>A run in which most things happen that a relay counts, traces or tells.</summary>
internal static class EverythingThatHappens
{
    public static async Task RunAsync(RelayUnderTest test)
    {
        ScriptedListener listener = await test.RegisterAsync();
        await RelayAsync(test, listener);
        await RelayDirectlyAsync(test);
        await RefuseAsync(test);
        await ReplaceAsync(test);
        await test.RefusedAsync(RelayProtocol.Register, "nonsense", new ScriptedListener(), RelayUnderTest.Options());
    }

    /// <summary>One stream that is reset.</summary>
    private static async Task RelayAsync(RelayUnderTest test, ScriptedListener listener)
    {
        Caller caller = await test.CallAsync();
        (ScriptedEnd handler, RemoteReference responder) = await listener.AcceptAsync();
        await handler.TakeAsync(caller.Request.Length);
        await responder.CallAsync(RelayProtocol.Write, [new byte[10]]).Within("the answer to a write");
        await caller.Outside.ReceiveAsync(10);
        await caller.Outside.Output.CompleteAsync(new IOException("reset"));
        await test.UntilAsync(() => test.Relay.Statistics.ActiveStreams == 0, "the end of the stream");
    }

    private static async Task RelayDirectlyAsync(RelayUnderTest test)
    {
        ScriptedListener listener = new();
        Dictionary<object, object?> options = new() { [RelayProtocol.DirectKey] = true };
        await test.CallRegistrarAsync(RelayProtocol.Register, test.ClientId, listener, options);
        Caller caller = await test.CallAsync(pipe: Piping.Boundless);
        Acceptance acceptance = await listener.NextAsync();
        DirectPeer direct = await test.ConnectDirectAsync(acceptance.Token);
        acceptance.Answer(null);
        await direct.Outside.ReceiveAsync(caller.Request.Length);
        await caller.Outside.Output.CompleteAsync();
        await direct.Outside.ReceiveToEndAsync();
        await direct.Outside.Output.CompleteAsync();
        await caller.Outside.ReceiveToEndAsync();
        await test.UntilAsync(() => test.Relay.Statistics.ActiveStreams == 0, "the end of the direct stream");
    }

    private static async Task RefuseAsync(RelayUnderTest test)
    {
        ScriptedListener listener = await test.RegisterAsync();
        Caller refused = await test.CallAsync();
        (await listener.NextAsync()).Refuse($"Tub {test.ClientId} does not like 198.51.100.7");
        await refused.RefusalAsync();
        await (await test.ConnectDirectAsync("bad")).RefusalAsync();
    }

    /// <summary>Two processes with one certificate, and more registrations than a Tub may ask for.</summary>
    private static async Task ReplaceAsync(RelayUnderTest test)
    {
        ClientTub rival = await test.ConnectAsync(TestCertificates.High, "192.0.2.99");
        await rival.RegisterAsync();
        await test.First.ReconnectAsync();
        await test.RegisterAsync();
        for (int i = 0; i < 20 && test.Refusals(RelayRefusal.RegistrationRate) == 0; i++)
        {
            try
            {
                await test.RegisterAsync();
            }
            catch (RemoteException)
            {
                // That was the one too many.
            }
        }
    }
}
