using System.Globalization;
using Foolscap.Furls;

namespace Foolscap.Relay.Interop.Tests.Peers;

/// <summary>The caller B as a stock Foolscap program: caller_b.py.</summary>
internal sealed class PythonCaller(Furl furl) : ICallerPeer
{
    private PythonPeer? _peer;

    private PythonPeer Peer => _peer ?? throw new InvalidOperationException("B has not been run yet.");

    /// <summary>Starts B for a FURL that leads nowhere.</summary>
    /// <returns>The error that its application sees.</returns>
    public static async Task<string> FailToConnectAsync(Furl furl)
    {
        await using PythonPeer peer = PythonPeer.Start("caller_b.py", "--furl", furl.ToString());
        return (await peer.TakeEventAsync("failed")).GetProperty("error").GetString()!;
    }

    public async Task RunAsync(params IReadOnlyList<string> steps)
    {
        _peer = PythonPeer.Start(
            "caller_b.py",
            "--furl", furl.ToString(),
            "--steps", string.Join(',', steps),
            "--size", CallerSteps.Size.ToString(CultureInfo.InvariantCulture));
        foreach (string step in steps)
        {
            await _peer.TakeStepAsync(step);
        }

        await _peer.TakeEventAsync("done");
    }

    public async Task<long> AskLostAsync() => (await Peer.AskAsync("lost", "lost")).GetProperty("count").GetInt64();

    public Task DropAsync() => Peer.AskAsync("drop", "dropped");

    public async Task<Task> WatchAsync()
    {
        await Peer.AskAsync("watch", "watching");
        return Peer.TakeEventAsync("disconnected");
    }

    public ValueTask DisposeAsync() => _peer?.DisposeAsync() ?? default;
}
