namespace Foolscap.Relay.Benchmarks.EndToEnd;

/// <summary>The relays of one measurement, one for each way. Not thread-safe.</summary>
internal sealed class RelayStages(SamplePrograms programs) : IAsyncDisposable
{
    private readonly List<RelayStage> _stages = [];

    public async Task<RelayStage> StartAsync(RelayWay way)
    {
        RelayStage stage = await RelayStage.StartAsync(programs, way);
        _stages.Add(stage);
        return stage;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (RelayStage stage in _stages)
        {
            await stage.DisposeAsync();
        }
    }
}
