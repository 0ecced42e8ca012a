using Foolscap.Relay.Benchmarks.Network;

namespace Foolscap.Relay.Benchmarks.Scale.Parts;

/// <summary>The server behind the client: in a process of its own, because its sockets are as many as the callers'.</summary>
internal static class BackendPart
{
    public static async Task RunAsync(CancellationToken stopping)
    {
        using Backend backend = new(Callers.AnyRequest.Length);
        Console.WriteLine($"{PartCommand.Backend} {backend.EndPoint}");
        await PartCommand.WaitUntilStoppedAsync(stopping);
    }
}
