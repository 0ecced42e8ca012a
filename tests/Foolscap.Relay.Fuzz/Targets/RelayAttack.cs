using System.IO.Pipelines;
using Foolscap.Relay.Fuzz.Hostile;

namespace Foolscap.Relay.Fuzz.Targets;

/// <summary>What a hostile Tub behind a relay does before and after its attack.</summary>
internal static class RelayAttack
{
    private static readonly string Own = Identities.Hostile.TubId.ToString();

    /// <summary>Connects to the relay, and gets its registrar, which is object 1.</summary>
    public static async Task<HostilePeer> ConnectAsync(Scene scene)
    {
        HostilePeer peer = await HostilePeer.ConnectAsync(scene.Connect(), Identities.Relay.TubId.ToString());
        Task<Message?> answered = peer.StartAsync(message => message.IsAnswerTo(1));
        await peer.SendAsync("(call 1 0 'getReferenceByName' (arguments 0 'name' 'registrar'))");
        return await answered is null ? throw new IOException("The relay has ended the connection.") : peer;
    }

    /// <summary>Connects to the relay, and registers.</summary>
    public static async Task<HostilePeer> RegisterAsync(Scene scene)
    {
        HostilePeer peer = await ConnectAsync(scene);
        Task<Message?> answered = peer.ExpectAsync(message => message.IsAnswerTo(2));
        await peer.SendAsync($"(call 2 1 'register' (arguments 3 (unicode '{Own}') (my-reference 50 '') (dict)))");
        return await answered is null ? throw new IOException("The relay has ended the connection.") : peer;
    }

    /// <summary>Somebody calls the hostile Tub, and the relay asks it.</summary>
    /// <returns>The caller's connection, read to its end; and what the relay asks, if it can.</returns>
    public static async Task<(Task<byte[]> Caller, Message? Accept)> BeCalledAsync(Scene scene, HostilePeer peer)
    {
        Task<Message?> asked = peer.ExpectAsync(message => message.IsCallOf("accept"));
        IDuplexPipe caller = scene.CallTub(Own);
        Task<byte[]> draining = caller.DrainAsync();

        // An input before may have taken the registration back: then the caller is refused, and nobody is asked.
        await Task.WhenAny(asked, draining);
        return (draining, asked.IsCompleted ? await asked : null);
    }

    /// <summary>Gives the caller up, whatever became of it.</summary>
    /// <returns>False if only the end of the connection does so: the hostile peer has given the responder back.</returns>
    public static async Task<bool> GiveUpAsync(HostilePeer peer, Message accept)
    {
        const long request = 999_999;
        Task<Message?> aborted = peer.ExpectAsync(message => message.IsAnswerTo(request));
        await peer.SendAsync(
            $"(answer {accept.RequestId} (none)) (call {request} {accept.References.First()} 'abort' (arguments 1 'over'))");
        return await aborted is { IsError: false };
    }
}

/// <summary>What a hostile relay does before and after its attack on a client.</summary>
internal static class ClientAttack
{
    /// <summary>Takes the client's next connection and registration.</summary>
    /// <returns>The connection, and the id of the client's listener.</returns>
    public static async Task<(HostilePeer Peer, long Listener)> TakeAsync(Scene scene)
    {
        HostilePeer peer = await HostilePeer.AcceptAsync(await scene.NextDialledAsync(), Identities.Client.TubId.ToString());
        Message lookup = await peer.StartAsync(message => message.IsCallOf("getReferenceByName")) ?? throw new IOException("The client is gone.");
        Task<Message?> registers = peer.ExpectAsync(message => message.IsCallOf("register"));
        await peer.SendAsync($"(answer {lookup.RequestId} (my-reference 1 ''))");
        Message register = await registers ?? throw new IOException("The client is gone.");
        await peer.SendAsync(
            $"(answer {register.RequestId} (dict (unicode 'version') 1 (unicode 'hints') (list (unicode 'tcp:hostile.test:1'))))");
        return (peer, register.References.First());
    }

    /// <summary>Aborts all that the client has offered.</summary>
    public static Task AbortAsync(HostilePeer peer) =>
        peer.SendAsync(string.Concat(peer.TakeClids().Select(clid => $"(call 0 {clid} 'abort' (arguments 1 'over'))")));
}
