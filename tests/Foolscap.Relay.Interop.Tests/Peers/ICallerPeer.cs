namespace Foolscap.Relay.Interop.Tests.Peers;

/// <summary>The caller B, which holds a FURL of C and knows nothing of relays.</summary>
internal interface ICallerPeer : IAsyncDisposable
{
    /// <summary>Connects and runs steps, all of which must succeed.</summary>
    Task RunAsync(params IReadOnlyList<string> steps);

    /// <summary>Asks C how many callers it has lost.</summary>
    Task<long> AskLostAsync();

    /// <summary>Ends the connection to C.</summary>
    Task DropAsync();

    /// <summary>Gets ready to notice the end of the connection to C.</summary>
    /// <returns>The end, which may not have come yet.</returns>
    Task<Task> WatchAsync();
}
