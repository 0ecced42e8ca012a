namespace Foolscap.Relay.Packages.Tests.Packing;

/// <summary>
/// A sample is published for this machine without the parts of .NET and of the libraries that nothing calls, and works. A
/// warning of the trimmer, that something may be missing when it runs, fails.
/// </summary>
[NonParallelizable] // It builds.
internal sealed class TrimmedPublishTests
{
    private string _output = null!;

    [OneTimeSetUp]
    public async Task PublishAsync()
    {
        SourceCopy sources = await Packed.GetSourcesAsync();
        _output = Packed.GetFolder("trimmed");
        await sources.PublishTrimmedAsync("QuickStart", _output);
    }

    [Test]
    public async Task QuickStart_Trimmed_CallsThroughARelayWithoutAnInstalledRuntime()
    {
        string program = Path.Combine(_output, OperatingSystem.IsWindows() ? "QuickStart.exe" : "QuickStart");

        string output = await Command.RunAsync(program, _output, []);

        Assert.That(output, Does.Contain("answer: Hello, ").And.Contain("call back: B heard: ").And.Contain("sha256 equal: True"));
    }

    [Test]
    public void Output_IsTrimmed() => Assert.That(
        new FileInfo(Path.Combine(_output, "System.Private.CoreLib.dll")).Length, Is.LessThan(new FileInfo(typeof(object).Assembly.Location).Length / 2));
}
