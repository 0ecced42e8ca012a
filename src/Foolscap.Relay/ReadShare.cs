using System.Diagnostics.CodeAnalysis;

namespace Foolscap.Relay;

/// <summary>
/// How many streams may hold bytes that they have read and not sent yet, of those that have one thing in common: the Tub
/// that they lead to, say. Streams whose way is blocked then wait for each other, and not others for them.
/// </summary>
/// <param name="streams">How many; at least 1. Each of them holds one <c>write</c> at most.</param>
/// <remarks>Thread-safe.</remarks>
[SuppressMessage(
    "Design", "CA1001:Types that own disposable fields should be disposable", Justification = "Nobody asks for the semaphore's wait handle.")]
public sealed class ReadShare(int streams)
{
    private readonly SemaphoreSlim _places = new(streams);

    internal Task EnterAsync(CancellationToken cancellationToken) => _places.WaitAsync(cancellationToken);

    internal void Leave() => _places.Release();
}
