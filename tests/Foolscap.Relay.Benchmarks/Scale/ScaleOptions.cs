namespace Foolscap.Relay.Benchmarks.Scale;

/// <summary>What the command line says.</summary>
/// <param name="Tubs">Numbers of registered Tubs, the smallest first.</param>
/// <param name="Streams">Numbers of idle streams, the smallest first.</param>
/// <param name="CsvFile">Where the figures go besides, if anywhere.</param>
internal sealed record ScaleOptions(IReadOnlyList<int> Tubs, IReadOnlyList<int> Streams, string? CsvFile)
{
    public int Largest => Tubs.Concat(Streams).DefaultIfEmpty().Max();
}
