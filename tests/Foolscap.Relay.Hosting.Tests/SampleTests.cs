using System.Runtime.Versioning;
using System.Security.Cryptography;
using Foolscap.Furls;
using Foolscap.Relay.Hosting.Tests.Support;
using Foolscap.TestUtilities;
using Foolscap.TestUtilities.Processes;
using Foolscap.Tubs;

namespace Foolscap.Relay.Hosting.Tests;

/// <summary>The samples of hosts as somebody would run them: programs, their lines and their files.</summary>
[NonParallelizable] // It runs programs.
[UnsupportedOSPlatform("windows")] // Signals.
internal sealed class SampleTests
{
    private TestFolder _folder = null!;

    [SetUp]
    public void Create() => _folder = new TestFolder();

    [TearDown]
    public void Clean() => _folder.Dispose();

    [Test]
    public async Task GenericHost_ConfiguredByOptions_PrintsItsFurl_AndEndsBySigterm()
    {
        await using SampleProcess host = Start(
            "GenericHost", "--Relay:Folder", _folder.RelayFolder(), "--Relay:Listen:0", "127.0.0.1:0", "--Relay:Hints:0", "tcp:127.0.0.1:7000");
        Furl furl = Furl.Parse(await host.ReadLineAsync("pb://", ProcessDeadlines.Process));

        Assert.That(furl.Hints.Single(), Is.EqualTo(ConnectionHint.Tcp("127.0.0.1", 7000)));
        Assert.That(await File.ReadAllTextAsync(_folder["relay/registrar.furl"]), Is.EqualTo($"{furl}\n"));
        Assert.That(await host.TerminateAsync(), Is.Zero);
    }

    [Test]
    public async Task GenericHost_WithFaults_EndsWithCode2()
    {
        await using SampleProcess host = Start("GenericHost", "--Relay:Listen:0", "nowhere", "--Relay:Limits:MaxStreams", "0");

        Assert.That(() => host.ReadLineAsync("pb://", ProcessDeadlines.Process), Throws.InvalidOperationException.With.Message.Contains("Relay:"));
        Assert.That(await host.TerminateAsync(), Is.EqualTo(2));
    }

    [Test]
    public async Task WebHost_ServesAPageAndARelay_OnTwoPorts()
    {
        await using SampleProcess host = Start(
            "WebHost", "--Relay:Folder", _folder.RelayFolder(), "--Web", "127.0.0.1:0", "--RelayPort", "127.0.0.1:0", "--Relay:Hints:0", "tcp:relay.example.org:7000");
        string page = (await host.ReadLineAsync("page: ", ProcessDeadlines.Process))["page: ".Length..];
        int port = int.Parse((await host.ReadLineAsync("relay port: ", ProcessDeadlines.Process)).Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture);
        Furl registrar = Furl.Parse(await host.ReadLineAsync("pb://", ProcessDeadlines.Process)).WithHints([ConnectionHint.Tcp("127.0.0.1", port)]);

        using HttpClient http = new();
        Assert.That(await http.GetStringAsync(page), Does.Contain("tcp:relay.example.org:7000").And.Contain("0 Tubs are registered").And.Not.Contain(registrar.Name));
        Assert.That(await http.GetStringAsync($"{page}health/live"), Is.EqualTo("Healthy"));

        await using TestHost tub = await Greeter.StartAsync(_folder["tub.pem"], registrar);
        await tub.Client.WaitUntilRegisteredAsync().WaitAsync(TestHost.Deadline);

        Assert.That(await http.GetStringAsync(page), Does.Contain("1 Tubs are registered"));
        Assert.That(await host.TerminateAsync(), Is.Zero);
    }

    [Test]
    public async Task StorageServer_KeepsABlobByItsHash_AndGivesItBack()
    {
        await using TestHost relay = await TestHost.StartRelayAsync(_folder.RelayFolder());
        await using SampleProcess server = StartStorage(relay);
        string furl = await server.ReadLineAsync("pb://", ProcessDeadlines.Attach);
        byte[] content = RandomNumberGenerator.GetBytes(3_000_000);
        await File.WriteAllBytesAsync(_folder["blob"], content);

        await using SampleProcess put = Start("StorageServer", "put", furl, _folder["blob"]);
        string hash = await put.ReadLineAsync("", ProcessDeadlines.Process);
        await using SampleProcess get = Start("StorageServer", "get", furl, hash, _folder["copy"]);
        await Waiting.UntilAsync(() => File.Exists(_folder["copy"]), "the blob has been fetched");

        Assert.That(hash, Is.EqualTo(Convert.ToHexStringLower(SHA256.HashData(content))));
        Assert.That(await File.ReadAllBytesAsync(_folder["copy"]), Is.EqualTo(content));
        Assert.That(Directory.GetFiles(_folder["storage/blobs"]).Select(Path.GetFileName), Is.EqualTo(new[] { hash }));
        Assert.That(await server.TerminateAsync(), Is.Zero);
    }

    [Test]
    public async Task StorageServer_GivenWrongThings_SaysWhichAndKeepsNothing()
    {
        await using TestHost relay = await TestHost.StartRelayAsync(_folder.RelayFolder());
        await using SampleProcess server = StartStorage(relay);
        Furl furl = Furl.Parse(await server.ReadLineAsync("pb://", ProcessDeadlines.Attach));
        await using Tub caller = new(TestCertificates.Mid);
        using RemoteReference storage = await caller.GetReferenceAsync(furl).WaitAsync(TestHost.Deadline);
        string hash = Convert.ToHexStringLower(SHA256.HashData("right"u8));

        await ThrowsAsync(storage.CallAsync("open", ["../storage.pem"]), "64 hexadecimal digits");
        await ThrowsAsync(storage.CallAsync("open", [hash]), $"There is no blob {hash}");
        await ThrowsAsync(storage.CallAsync("upload", [hash, 1L << 40]), "this storage takes 0 to 5000000");

        using RemoteReference wrong = await storage.CallAsync<RemoteReference>("upload", [hash, 5]);
        await ThrowsAsync(wrong.CallAsync("write", [1, "rong"u8.ToArray()]), "must begin at 0");
        await ThrowsAsync(wrong.CallAsync("write", [0, "wrong!"u8.ToArray()]), "the blob ends at 5");
        await wrong.CallAsync("write", [0, "wrong"u8.ToArray()]).WaitAsync(TestHost.Deadline);
        await ThrowsAsync(wrong.CallAsync("close"), "was promised");
        await ThrowsAsync(wrong.CallAsync("write", [5, Array.Empty<byte>()]), "This upload is over");

        // Another upload, which its connection's end cuts short.
        using RemoteReference lost = await storage.CallAsync<RemoteReference>("upload", [hash, 5]);
        Assert.That(Directory.GetFiles(_folder["storage/blobs"]), Has.Length.EqualTo(1));
        await caller.DisposeAsync();
        await Waiting.UntilAsync(() => Directory.GetFiles(_folder["storage/blobs"]).Length == 0, "what was cut short is gone");
    }

    private static async Task ThrowsAsync(Task call, string message)
    {
        RemoteException? exception = await Assert.ThrowsAsync<RemoteException>(() => call.WaitAsync(TestHost.Deadline));
        Assert.That(exception!.RemoteMessage, Does.Contain(message));
    }

    private static SampleProcess Start(string sample, params IEnumerable<string> arguments) => SampleProcess.Start(BuiltPrograms.Find(sample), arguments);

    private SampleProcess StartStorage(TestHost relay) =>
        Start("StorageServer", "serve", "--folder", _folder["storage"], "--relay", relay.Relay.RegistrarFurl.ToString(), "--max-blob", "5000000");
}
