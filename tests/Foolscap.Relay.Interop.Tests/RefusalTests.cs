using System.Text;
using Foolscap.Furls;
using Foolscap.Relay.Interop.Tests.Peers;
using Foolscap.Relay.Interop.Tests.Raw;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Interop.Tests;

/// <summary>What those see whom the relay's port refuses, beside a transfer that goes on unharmed.</summary>
[NonParallelizable] // Its transfers are long.
internal sealed class RefusalTests
{
    private static readonly TubId Unknown = TubId.Parse("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");

    private RawRoute _route = null!;
    private TransferBeside _transfer = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _route = await RawRoute.StartAsync(time: PatientTimeProvider.Instance);

    [OneTimeTearDown]
    public async Task StopAsync() => await _route.DisposeAsync();

    [SetUp]
    public async Task StartTransferAsync() => _transfer = await TransferBeside.StartAsync(_route);

    [TearDown]
    public async Task FinishTransferAsync()
    {
        await _transfer.FinishAsync();
        _transfer.Dispose();
    }

    [Test]
    public async Task UnknownTubId_Is404WithTheTubId()
    {
        string answer = await AskAsync($"GET /id/{Unknown} HTTP/1.1\r\nHost: relay\r\n\r\n");

        Assert.That(answer, Is.EqualTo($"HTTP/1.1 404 Not Found: unknown TubID {Unknown}\r\n\r\n"));
    }

    [Test]
    public async Task UnknownTubId_OfAPythonCaller_IsInItsError()
    {
        string error = await PythonCaller.FailToConnectAsync(new Furl(Unknown, [ConnectionHint.Tcp("127.0.0.1", _route.Relay.Port)], "target"));

        Assert.That(error, Does.Contain($"HTTP/1.1 404 Not Found: unknown TubID {Unknown}"));
    }

    [Test]
    public async Task UnknownTubId_OfACSharpCaller_IsInItsError()
    {
        await using CSharpCaller b = new(new Furl(Unknown, [ConnectionHint.Tcp("127.0.0.1", _route.Relay.Port)], "target"));

        NegotiationException? failure = await Assert.ThrowsAsync<NegotiationException>(() => b.RunAsync());
        Assert.That(failure!.Message, Does.Contain($"404 Not Found: unknown TubID {Unknown}"));
    }

    [TestCase("GET / HTTP/1.1\r\nHost: relay\r\nUser-Agent: Mozilla/5.0\r\n\r\n", "400 Bad Request", TestName = "Refused_RequestOfABrowser_Is400")]
    [TestCase("GET /favicon.ico HTTP/1.1\r\n\r\n", "400 Bad Request", TestName = "Refused_OtherPath_Is400")]
    [TestCase("POST /id/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa HTTP/1.1\r\n\r\n", "400 Bad Request", TestName = "Refused_OtherMethod_Is400")]
    [TestCase("\u0016\u0003\u0001\u0002\u0000\u0001", "400 Bad Request", TestName = "Refused_GarbageWithoutAnEnd_Is400AtOnce")]
    [TestCase("GET /id/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n\r\n", "400 Bad Request", TestName = "Refused_TwoWords_Is400")]
    [TestCase("GET /id/ HTTP/1.1\r\n\r\n", "400 Bad Request", TestName = "Refused_EmptyTubId_Is400")]
    [TestCase("GET /id/not-a-tubid HTTP/1.1\r\n\r\n", "404 Not Found", TestName = "Refused_NoTubId_Is404")]
    [TestCase("GET /id/../../etc/passwd HTTP/1.1\r\n\r\n", "404 Not Found", TestName = "Refused_Path_Is404")]
    public async Task Refused_IsToldAStatusLine(string request, string status) =>
        Assert.That(await AskAsync(request), Does.Match($@"\AHTTP/1\.1 {status}: [^\r\n]+\r\n\r\n\z"));

    [Test]
    public async Task HeaderOf4096Bytes_Passes()
    {
        byte[] header = MakeHeader(4096);
        using RawSocket b = await RawSocket.ConnectAsync(_route.Relay.Port);
        await b.SendAsync(header);
        using RawSocket c = await _route.AcceptAsync();

        Assert.That(await c.ReceiveExactlyAsync(4096), Is.EqualTo(header));
    }

    [TestCase(4097, TestName = "HeaderOf4097Bytes_Is400")]
    [TestCase(100_000, TestName = "HeaderOf100000Bytes_Is400")]
    public async Task HeaderThatIsTooLong_Is400(int length) =>
        Assert.That(await AskAsync(MakeHeader(length)), Does.Match(@"\AHTTP/1\.1 400 Bad Request: [^\r\n]*4096[^\r\n]*\r\n\r\n\z"));

    [Test]
    public async Task HeaderThatEndsEarly_Is400()
    {
        using RawSocket b = await RawSocket.ConnectAsync(_route.Relay.Port);
        await b.SendAsync($"GET /id/{_route.TubId} HTTP/1.1\r\n");
        b.End();

        Assert.That(await b.ReceiveTextToEndAsync(), Does.Match(@"\AHTTP/1\.1 400 Bad Request: [^\r\n]+\r\n\r\n\z"));
    }

    [TestCase("", TestName = "HeaderThatNeverCompletes_NotOneByte_Is408")]
    [TestCase("GET /id/", TestName = "HeaderThatNeverCompletes_Is408")]
    public async Task HeaderThatNeverCompletes_Is408(string part)
    {
        await using CSharpRelay relay = new(listenerOptions: new TubListenerOptions { HeaderTimeout = TimeSpan.FromSeconds(3) });
        Assert.That(await AskAsync(Encoding.Latin1.GetBytes(part), relay.Port), Does.Match(@"\AHTTP/1\.1 408 Request Timeout: [^\r\n]+\r\n\r\n\z"));
    }

    /// <summary>The header of a request for C, filled up to a certain length.</summary>
    private byte[] MakeHeader(int length)
    {
        string start = $"GET /id/{_route.TubId} HTTP/1.1\r\nX: ";
        return Encoding.ASCII.GetBytes($"{start}{new string('x', length - start.Length - 4)}\r\n\r\n");
    }

    private Task<string> AskAsync(string request) => AskAsync(Encoding.Latin1.GetBytes(request));

    private Task<string> AskAsync(byte[] request) => AskAsync(request, _route.Relay.Port);

    private static async Task<string> AskAsync(byte[] request, int port)
    {
        using RawSocket b = await RawSocket.ConnectAsync(port);
        await b.SendAsync(request);
        return await b.ReceiveTextToEndAsync();
    }
}
