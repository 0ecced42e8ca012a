using Foolscap.Relay.Fuzz.Engine;
using Foolscap.Relay.Fuzz.Hostile;

namespace Foolscap.Relay.Fuzz.Targets;

/// <summary>A target on a live scene.</summary>
internal abstract class SceneTarget : FuzzTarget
{
    /// <summary>Far more than the scene's limits allow anybody to hold, and far less than a length that was believed.</summary>
    private const long AllocationBase = 16 * 1024 * 1024;
    private const long AllocationFactor = 1000;

    protected Scene Scene { get; } = new();

    /// <summary>Whether the client takes the hostile peer for one of its relays.</summary>
    protected virtual bool RegistersWithHostile => false;

    public override long? GetAllocationLimit(int inputLength) => AllocationBase + (AllocationFactor * inputLength);

    public override Task StartAsync()
    {
        Step = "the start";
        return Scene.StartAsync(RegistersWithHostile);
    }

    public override async Task CheckCanaryAsync()
    {
        Step = "the canary";
        await Scene.CheckCanaryAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        Step = "the end of the scene";
        await Scene.DisposeAsync();
        await base.DisposeAsync();
    }
}
