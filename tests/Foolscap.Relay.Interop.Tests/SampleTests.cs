using System.Runtime.Versioning;
using Foolscap.Furls;
using Foolscap.Relay.Interop.Tests.Peers;
using Foolscap.Relay.Interop.Tests.Samples;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Interop.Tests;

/// <summary>The samples as somebody would run them: programs, their lines and their files.</summary>
[NonParallelizable] // It runs programs.
[UnsupportedOSPlatform("windows")] // Signals, and the modes of files.
internal sealed class SampleTests
{
    private PeerFactory _peers = null!;

    [SetUp]
    public void Start() => _peers = new PeerFactory();

    [TearDown]
    public async Task StopAsync() => await _peers.DisposeAsync();

    [Test]
    public async Task RelayHost_KeepsSecretFiles_AndEndsBySigterm()
    {
        string folder = _peers.Folder["relay"];
        RelayHostProcess relay = _peers.Keep(await RelayHostProcess.StartAsync(folder));

        string pem = Path.Combine(folder, "relay.pem");
        string furl = Path.Combine(folder, "registrar.furl");
        Assert.That(Directory.GetFiles(folder), Is.EquivalentTo(new[] { pem, furl }));
        Assert.That(TubCertificate.Load(pem).TubId, Is.EqualTo(relay.RegistrarFurl.TubId));
        Assert.That(await File.ReadAllTextAsync(furl), Is.EqualTo($"{relay.RegistrarFurl}\n"));
        Assert.That(new[] { pem, furl }.Select(File.GetUnixFileMode), Is.All.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.That(await relay.TerminateAsync(), Is.Zero);
    }

    [Test]
    public async Task RelayHost_WithAnOtherHint_PutsItIntoItsFurl()
    {
        ChildProcess host = _peers.Keep(SampleProgram.Start(
            "RelayHost", "--folder", _peers.Folder["relay"], "--listen", "127.0.0.1:0", "--hint", "tcp:relay.example.org:7000"));

        Furl furl = Furl.Parse(await host.TakeLineAsync("its FURL", line => line.StartsWith("pb://", StringComparison.Ordinal)));

        Assert.That(furl.Hints, Is.EqualTo(new[] { ConnectionHint.Tcp("relay.example.org", 7000) }));
    }

    [TestCase("RelayHost", TestName = "RelayHost_WithoutArguments_FailsWithItsUsage")]
    [TestCase("AttachTub", TestName = "AttachTub_WithoutArguments_FailsWithItsUsage")]
    public async Task Program_WithoutArguments_FailsWithItsUsage(string program)
    {
        ChildProcess process = _peers.Keep(SampleProgram.Start(program));

        Assert.That(await process.WaitForExitAsync(), Is.Not.Zero);
        Assert.That(process.Describe(), Does.Contain("Usage:").And.Contain("is required"));
    }

    [Test]
    public async Task AttachTub_AndTargetInPython_CallerInPythonIsGreeted_AndBothEndBySigterm()
    {
        RelayHostProcess relay = _peers.Keep(await RelayHostProcess.StartAsync(_peers.Folder["relay"]));
        string pem = _peers.Folder["target.pem"];
        int port = FreePort.Find();
        ChildProcess target = _peers.Keep(SampleProgram.StartPython(
            "target.py", "--pem", pem, "--listen", $"127.0.0.1:{port}", "--hint", string.Join(',', relay.RegistrarFurl.Hints)));
        string furl = await TakeFurlAsync(target);
        ChildProcess attach = _peers.Keep(SampleProgram.Start(
            "AttachTub", "--registrar", relay.RegistrarFurl.ToString(), "--pem", pem, "--target", $"127.0.0.1:{port}"));
        string attached = await attach.TakeLineAsync("the hints of its relay", line => line.StartsWith("attached: ", StringComparison.Ordinal));

        Assert.That(attached, Is.EqualTo($"attached: {relay.RegistrarFurl.Hints.Single()}"));
        await CheckCallerIsGreetedAsync(furl);
        Assert.That(await attach.TerminateAsync(), Is.Zero);
        Assert.That(await relay.TerminateAsync(), Is.Zero);
    }

    [Test]
    public async Task SelfRegisteringInPython_CallerInPythonIsGreeted()
    {
        RelayHostProcess relay = _peers.Keep(await RelayHostProcess.StartAsync(_peers.Folder["relay"]));
        ChildProcess target = _peers.Keep(SampleProgram.StartPython(
            "self_registering.py", relay.RegistrarFurl.ToString(), "--pem", _peers.Folder["target.pem"], "--port", $"{FreePort.Find()}"));

        await CheckCallerIsGreetedAsync(await TakeFurlAsync(target));
    }

    [Test]
    public async Task CallerInPython_OfATubThatIsNotRegistered_ShowsTheRelaysReason()
    {
        RelayHostProcess relay = _peers.Keep(await RelayHostProcess.StartAsync(_peers.Folder["relay"]));
        Furl furl = new(TubId.Parse("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), relay.RegistrarFurl.Hints, "greeter");

        ChildProcess caller = _peers.Keep(SampleProgram.StartPython("caller.py", furl.ToString()));

        Assert.That(await caller.WaitForExitAsync(), Is.Not.Zero);
        Assert.That(caller.Describe(), Does.Contain("404 Not Found: unknown TubID aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
    }

    [Test]
    public async Task QuickStart_ShowsACallTheDataAndThatTheRelayIsBlind()
    {
        ChildProcess program = _peers.Keep(SampleProgram.Start("QuickStart"));

        Assert.That(await program.WaitForExitAsync(), Is.Zero, program.Describe);
        Assert.That(program.Output, Has.Exactly(1).StartsWith("FURL: pb://"));
        Assert.That(program.Output, Has.Exactly(1).Matches("^answer: Hello, .+!$"));
        Assert.That(program.Output, Has.Exactly(1).Matches("^call back: .+$"));
        Assert.That(program.Output, Has.Exactly(1).Contains("sha256 equal: True"));
        Assert.That(program.Output, Has.Exactly(1).Contains("marker seen by the relay: False"));
    }

    private async Task CheckCallerIsGreetedAsync(string furl)
    {
        ChildProcess caller = _peers.Keep(SampleProgram.StartPython("caller.py", furl));
        Assert.That(await caller.WaitForExitAsync(), Is.Zero, caller.Describe);
        Assert.That(caller.Output, Is.EqualTo(new[] { "Hello, Python!" }));
    }

    private static Task<string> TakeFurlAsync(ChildProcess target) =>
        target.TakeLineAsync("the FURL of its object", line => line.StartsWith("pb://", StringComparison.Ordinal));
}
