using System.Diagnostics;
using System.Globalization;
using System.Net;
using Foolscap.Furls;
using Foolscap.Relay.Server;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Packages.Tests.Documentation;

/// <summary>The program of the protocol's page, taken out of it and run with Python and its Foolscap, is reached through a relay.</summary>
[NonParallelizable] // It runs a program.
internal sealed class PythonProgramTests
{
    private const string Interpreter = "/usr/bin/python3";

    /// <summary>Far longer than it takes on a busy machine.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private DirectoryInfo _folder = null!;
    private Tub _relayTub = null!;
    private RelayServer _relay = null!;
    private TubListener _listener = null!;
    private Process _program = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _folder = Directory.CreateTempSubdirectory("foolscap-protocol-");
        _relayTub = new Tub(TubCertificate.Create());
        _relay = new RelayServer(_relayTub);
        _listener = new TubListener(_relayTub).Add(_relay);
        _relayTub.Hints = [ConnectionHint.Tcp("127.0.0.1", _listener.Listen(new IPEndPoint(IPAddress.Loopback, 0)).Port)];
        string file = Path.Combine(_folder.FullName, "register.py");
        await File.WriteAllTextAsync(file, ProtocolPage.Program);
        _program = Process.Start(new ProcessStartInfo(
            Interpreter, [file, _relay.RegistrarFurl.ToString(), Path.Combine(_folder.FullName, "tub.pem"), FreePort.Find().ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
    }

    [TearDown]
    public async Task StopAsync()
    {
        _program.Kill();
        await _program.WaitForExitAsync();
        _program.Dispose();
        await _listener.DisposeAsync();
        await _relay.DisposeAsync();
        await _relayTub.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Test]
    public async Task Program_CallerInCSharp_IsGreeted_AlsoWithMoreThanAWindowEachWay()
    {
        Furl furl = await TakeFurlAsync();
        await using Tub caller = new(TubCertificate.Create());
        using RemoteReference greeter = await caller.GetReferenceAsync(furl).WaitAsync(Limit);

        Assert.That(await greeter.CallAsync<string>("greet", ["B"]).WaitAsync(Limit), Is.EqualTo("Hello, B!"));
        string name = new('x', 8 * RelayProtocol.DefaultWindow);
        Assert.That(await greeter.CallAsync<string>("greet", [name]).WaitAsync(Limit), Is.EqualTo($"Hello, {name}!"));
        Assert.That(furl.Hints, Is.EqualTo(_relayTub.Hints));
        Assert.That(_relay.Statistics.TotalStreams, Is.EqualTo(1));
    }

    [Test]
    public async Task Program_CallerThatIsGone_LeavesNoStream()
    {
        Furl furl = await TakeFurlAsync();
        await using (Tub caller = new(TubCertificate.Create()))
        {
            using RemoteReference greeter = await caller.GetReferenceAsync(furl).WaitAsync(Limit);
            Assert.That(_relay.Statistics.ActiveStreams, Is.EqualTo(1));
        }

        Stopwatch watch = Stopwatch.StartNew();
        while (_relay.Statistics.ActiveStreams > 0 && watch.Elapsed < Limit)
        {
            await Task.Delay(20); // Nothing tells of it; looked at again until the deadline.
        }

        Assert.That(_relay.Statistics.ActiveStreams, Is.Zero);
    }

    private async Task<Furl> TakeFurlAsync()
    {
        string? line = await _program.StandardOutput.ReadLineAsync().WaitAsync(Limit);
        return Furl.Parse(line ?? throw new InvalidOperationException($"The program has ended: {await _program.StandardError.ReadToEndAsync().WaitAsync(Limit)}"));
    }
}
