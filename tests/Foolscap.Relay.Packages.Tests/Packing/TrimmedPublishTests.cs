using System.Runtime.Versioning;
using Foolscap.Furls;
using Foolscap.TestUtilities.Processes;

namespace Foolscap.Relay.Packages.Tests.Packing;

/// <summary>
/// Samples are published for this machine without the parts of .NET and of the libraries that nothing calls, and work. A
/// warning of the trimmer, that something may be missing when it runs, fails.
/// </summary>
[NonParallelizable] // It builds.
internal sealed class TrimmedPublishTests
{
    private string _quickStart = null!;
    private string _genericHost = null!;

    [OneTimeSetUp]
    public async Task PublishAsync()
    {
        SourceCopy sources = await Packed.GetSourcesAsync();
        _quickStart = await PublishAsync(sources, "QuickStart");
        _genericHost = await PublishAsync(sources, "GenericHost");
    }

    [Test]
    public async Task QuickStart_Trimmed_CallsThroughARelayWithoutAnInstalledRuntime()
    {
        string output = await Command.RunAsync(_quickStart, Path.GetDirectoryName(_quickStart)!, []);

        Assert.That(output, Does.Contain("answer: Hello, ").And.Contain("call back: B heard: ").And.Contain("sha256 equal: True"));
    }

    [Test]
    [UnsupportedOSPlatform("windows")] // Signals.
    public async Task GenericHost_Trimmed_ReadsItsConfiguration_AndPrintsItsFurl()
    {
        string folder = Path.GetDirectoryName(_genericHost)!;
        await using SampleProcess host = SampleProcess.StartProgram(
            _genericHost, "--Relay:Folder", Path.Combine(folder, "state"), "--Relay:Listen:0", "127.0.0.1:0", "--Relay:Hints:0", "tcp:relay.example.org:7000");

        Furl furl = Furl.Parse(await host.ReadLineAsync("pb://", ProcessDeadlines.Process));

        Assert.That(furl.Hints.Single(), Is.EqualTo(ConnectionHint.Tcp("relay.example.org", 7000)));
        Assert.That(await host.TerminateAsync(), Is.Zero);
        InvalidOperationException? exception = await Assert.ThrowsAsync<InvalidOperationException>(
            () => Command.RunAsync(_genericHost, folder, ["--Relay:Limits:MaxStreams", "none"]));
        Assert.That(exception!.Message, Does.Contain("has ended with code 2").And.Contain("Relay:Limits:MaxStreams = \"none\" is no whole number"));
    }

    [Test]
    public void Output_IsTrimmed() => Assert.That(
        new FileInfo(Path.Combine(Path.GetDirectoryName(_quickStart)!, "System.Private.CoreLib.dll")).Length, Is.LessThan(new FileInfo(typeof(object).Assembly.Location).Length / 2));

    private static async Task<string> PublishAsync(SourceCopy sources, string sample)
    {
        string folder = Packed.GetFolder($"trimmed-{sample}");
        await sources.PublishTrimmedAsync(sample, folder);
        return Path.Combine(folder, OperatingSystem.IsWindows() ? $"{sample}.exe" : sample);
    }
}
