using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Tests.Support;

/// <summary>Two Tubs connected in memory, each of which can give objects of its own to the other.</summary>
internal sealed class ConnectedTubs : IAsyncDisposable
{
    private readonly TubPair _pair;
    private readonly Gate _clientGate = new();
    private readonly Gate _serverGate = new();
    private RemoteReference? _atServer;
    private RemoteReference? _atClient;
    private (int ClientHolds, int ClientExports, int ServerHolds, int ServerExports) _counts;

    private ConnectedTubs(TubPairOptions? options) => _pair = TubPair.Create(options);

    public TubPair Pair => _pair;

    /// <summary>The client's side of the connection.</summary>
    public TubConnection ClientSide => _atServer!.Connection;

    /// <summary>The server's side of the connection.</summary>
    public TubConnection ServerSide => _atClient!.Connection;

    public static async Task<ConnectedTubs> ConnectAsync(TubPairOptions? options = null)
    {
        ConnectedTubs tubs = new(options);
        tubs._atServer = await tubs._pair.GetReferenceAsync(tubs._serverGate);
        tubs._atClient = await tubs._serverGate.TakeAsync(tubs._atServer, tubs._clientGate);
        await tubs.RoundTripAsync();
        tubs._counts = tubs.Counts();
        return tubs;
    }

    /// <summary>Gives an object of the client to the server.</summary>
    public Task<RemoteReference> GiveToServerAsync(IReferenceable target) => _serverGate.TakeAsync(_atServer!, target);

    /// <summary>Gives an object of the server to the client.</summary>
    public Task<RemoteReference> GiveToClientAsync(IReferenceable target) => _clientGate.TakeAsync(_atClient!, target);

    /// <summary>When this returns, both sides have handled all that was sent before it.</summary>
    public async Task RoundTripAsync()
    {
        await _atServer!.CallAsync("echo", []).Within("an echo of the server");
        await _atClient!.CallAsync("echo", []).Within("an echo of the client");
    }

    /// <summary>Lets the connection work until something has become true.</summary>
    public async Task UntilAsync(Func<bool> condition, string missing)
    {
        CancellationToken limit = TestTime.Token;
        while (!condition())
        {
            if (limit.IsCancellationRequested)
            {
                throw Waiting.Missing(missing);
            }

            await RoundTripAsync();
        }
    }

    /// <summary>Waits until neither side holds more references than at the start, and than the test itself.</summary>
    /// <param name="heldByClient">How many references the test holds at the client.</param>
    public Task UntilReleasedAsync(int heldByClient = 0)
    {
        var wanted = (_counts.ClientHolds + heldByClient, _counts.ClientExports, _counts.ServerHolds, _counts.ServerExports + heldByClient);
        return UntilAsync(
            () => Counts() == wanted,
            $"the release of all references: {Counts()} and not {wanted} (the client holds and exports, the server holds and exports)");
    }

    public ValueTask DisposeAsync() => _pair.DisposeAsync();

    private (int ClientHolds, int ClientExports, int ServerHolds, int ServerExports) Counts() =>
        (ClientSide.HeldReferences, ClientSide.ExportedReferences, ServerSide.HeldReferences, ServerSide.ExportedReferences);

    /// <summary>Takes objects that the other side gives.</summary>
    private sealed class Gate : IReferenceable
    {
        private TaskCompletionSource<RemoteReference> _taken = new();

        public async Task<RemoteReference> TakeAsync(RemoteReference gate, IReferenceable target)
        {
            _taken = new TaskCompletionSource<RemoteReference>(TaskCreationOptions.RunContinuationsAsynchronously);
            await gate.CallAsync("take", [target]).Within("an object's way to the other side");
            return await _taken.Task.Within("a reference to an object of the other side");
        }

        public ValueTask<object?> CallAsync(RemoteCall call)
        {
            if (call.Method == "take")
            {
                _taken.SetResult(call.Get<RemoteReference>(0));
            }

            return default;
        }
    }
}
