namespace Foolscap.Relay.Benchmarks.Scale;

/// <summary>What the command line says.</summary>
/// <param name="Tubs">Numbers of registered Tubs, the smallest first.</param>
/// <param name="Streams">Numbers of idle streams, the smallest first.</param>
/// <param name="Moving">Numbers of streams that move data.</param>
/// <param name="Restarts">Numbers of Tubs that come back to a relay that was away.</param>
/// <param name="CsvFile">Where the figures go besides, if anywhere.</param>
internal sealed record ScaleOptions(IReadOnlyList<int> Tubs, IReadOnlyList<int> Streams, IReadOnlyList<int> Moving, IReadOnlyList<int> Restarts, string? CsvFile)
{
    public int Largest => Tubs.Concat(Streams).Concat(Moving).Concat(Restarts).DefaultIfEmpty().Max();
}
