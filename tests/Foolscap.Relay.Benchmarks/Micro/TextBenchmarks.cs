using System.IO.Pipelines;
using BenchmarkDotNet.Attributes;
using Foolscap.Furls;
using Foolscap.TestUtilities;
using Foolscap.Tubs.Negotiation;

namespace Foolscap.Relay.Benchmarks.Micro;

/// <summary>What is read before a connection, and at its beginning: FURLs and request headers.</summary>
public class TextBenchmarks
{
    private readonly string _tubIdText = "icd77yuhs7ehjqhp2zck34gx5g65tfb3";
    private readonly string _furlText = "pb://icd77yuhs7ehjqhp2zck34gx5g65tfb3@tcp:192.0.2.7:3457,tcp:relay.example.org:7000/swissnum";

    private readonly Pipe _request = new();
    private Furl _furl = null!;

    [GlobalSetup]
    public void Setup() => SetupAsync().GetAwaiter().GetResult(); // In one process with BenchmarkDotNet, no task is waited for here.

    [Benchmark(Description = "request header")]
    public async Task<string?> PeekRequestAsync() => (await RequestHeader.PeekAsync(_request.Reader, CancellationToken.None)).TubId;

    [Benchmark(Description = "FURL with two hints, read")]
    public Furl ParseFurl() => Furl.Parse(_furlText);

    [Benchmark(Description = "FURL with two hints, written")]
    public string FormatFurl() => _furl.ToString();

    [Benchmark(Description = "TubID, read")]
    public TubId ParseTubId() => TubId.Parse(_tubIdText);

    private async Task SetupAsync()
    {
        await _request.Writer.WriteAsync(CallerRequest.Make(TubId.Parse(_tubIdText)));
        Check.That(await PeekRequestAsync() == _tubIdText && await PeekRequestAsync() == _tubIdText, "a request names its Tub, and stays where it is");
        _furl = ParseFurl();
        Check.That(_furl.TubId == ParseTubId() && _furl.Hints.Count == 2 && _furl.Name == "swissnum", "a FURL has its parts");
        Check.That(FormatFurl() == _furlText, "a FURL is the text that it was read from");
    }
}
