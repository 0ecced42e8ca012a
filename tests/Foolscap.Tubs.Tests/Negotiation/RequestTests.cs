using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Foolscap.Furls;
using Foolscap.TestUtilities;
using Moq;

namespace Foolscap.Tubs.Tests.Negotiation;

/// <summary>What a listener says to those who connect, before TLS.</summary>
internal sealed class RequestTests
{
    private static readonly TubId Other = TestCertificates.Mid.TubId;

    [TestCase("POST /id/x HTTP/1.1\r\n\r\n", "400 Bad Request: this is a Foolscap Tub")]
    [TestCase("X", "400 Bad Request: this is a Foolscap Tub")]
    [TestCase("get /id/x HTTP/1.1\r\n\r\n", "400 Bad Request: this is a Foolscap Tub")]
    [TestCase("GET / HTTP/1.1\r\n\r\n", "400 Bad Request: this is a Foolscap Tub, which takes GET /id/TUBID only, and not: GET / HTTP/1.1")]
    [TestCase("GET /id/x\r\n\r\n", "400 Bad Request: this is a Foolscap Tub")]
    [TestCase("GET /id/x y HTTP/1.1\r\n\r\n", "400 Bad Request: this is a Foolscap Tub")]
    [TestCase("GET /id/ HTTP/1.1\r\n\r\n", "400 Bad Request: the request names no TubID")]
    [TestCase("GET /id/nobody HTTP/1.1\r\nHost: x\r\n\r\n", "404 Not Found: unknown TubID nobody")]
    [TestCase("GET /id/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa HTTP/1.0\r\n\r\n", "404 Not Found: unknown TubID aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public async Task HandleAsync_UnusableRequest_IsAnsweredWithOneStatusLine(string request, string expected)
    {
        await using TubListener listener = new();

        string answer = await ExchangeAsync(listener, Encoding.ASCII.GetBytes(request));

        Assert.That(answer, Does.StartWith($"HTTP/1.1 {expected}").And.EndsWith("\r\n\r\n"));
        Assert.That(answer.Split("\r\n"), Has.Length.EqualTo(3), "one line and a blank one");
    }

    [Test]
    public async Task HandleAsync_UnfinishedRequestAndEnd_Is400()
    {
        await using TubListener listener = new();

        string answer = await ExchangeAsync(listener, "GET /id/x HTTP"u8.ToArray(), end: true);

        Assert.That(answer, Is.EqualTo("HTTP/1.1 400 Bad Request: the request header is not complete\r\n\r\n"));
    }

    [Test]
    public async Task HandleAsync_HeaderOf4097Bytes_Is400()
    {
        await using TubListener listener = new();

        string answer = await ExchangeAsync(listener, [.. "GET /id/x HTTP/1.1\r\nA: "u8, .. Enumerable.Repeat((byte)'x', 4096)]);

        Assert.That(answer, Is.EqualTo("HTTP/1.1 400 Bad Request: the request header is longer than 4096 bytes\r\n\r\n"));
    }

    [Test]
    public async Task HandleAsync_HostileName_IsCleanedAndCutInTheAnswer()
    {
        await using TubListener listener = new();

        string answer = await ExchangeAsync(listener, Encoding.UTF8.GetBytes($"GET /id/\u0001\u0085{new string('y', 3000)} HTTP/1.1\r\n\r\n"));

        Assert.That(answer.Split("\r\n")[0], Has.Length.LessThan(400).And.StartWith("HTTP/1.1 404 Not Found: unknown TubID"));
        Assert.That(answer.Split("\r\n")[0].Any(char.IsControl), Is.False);
    }

    [Test]
    public async Task HandleAsync_SilentPeer_Is408AtTheHeaderTimeout()
    {
        FakeTimeProvider clock = new();
        await using TubListener listener = new(new TubListenerOptions { HeaderTimeout = TimeSpan.FromSeconds(30) }, timeProvider: clock);
        DuplexPipePair pair = new();
        Task handling = listener.HandleAsync(pair.SecondConnection);
        await pair.First.Output.WriteAsync("GET /id/"u8.ToArray());
        await clock.WaitForTimerAsync(TimeSpan.FromSeconds(30));

        clock.Advance(TimeSpan.FromSeconds(29.9));
        Assert.That(handling.IsCompleted, Is.False);
        clock.Advance(TimeSpan.FromSeconds(0.1));

        Assert.That(await ReadToEndAsync(pair.First.Input), Is.EqualTo("HTTP/1.1 408 Request Timeout: no complete request within 30 s\r\n\r\n"));
        await pair.First.Output.CompleteAsync();
        await handling.WithinLimit();
    }

    [Test]
    public async Task HandleAsync_TooManyHalfOpen_TheOldestWithoutARequestIs503AndTheNewestIsServed()
    {
        await using TubListener listener = new(new TubListenerOptions { MaxHalfOpenConnections = 1 });
        DuplexPipePair waiting = new();
        Task first = listener.HandleAsync(waiting.SecondConnection);

        DuplexPipePair newest = new();
        _ = listener.HandleAsync(newest.SecondConnection);

        string refused = await ReadToEndAsync(waiting.First.Input);
        await waiting.First.Output.CompleteAsync();
        await first.WithinLimit();
        await newest.First.Output.WriteAsync("GET /id/x HTTP/1.1\r\n\r\n"u8.ToArray());
        string served = await ReadToEndAsync(newest.First.Input);

        Assert.That(refused, Is.EqualTo(
            "HTTP/1.1 503 Service Unavailable: too many connections are being set up, and this one had not sent its request yet\r\n\r\n"));
        Assert.That(served, Does.StartWith("HTTP/1.1 404 Not Found: "));
    }

    [Test]
    public async Task HandleAsync_PeerThatDoesNotClose_IsCutAfterTwoSeconds()
    {
        FakeTimeProvider clock = new();
        await using TubListener listener = new(timeProvider: clock);
        DuplexPipePair pair = new();
        Task handling = listener.HandleAsync(pair.SecondConnection);
        await pair.First.Output.WriteAsync("NO"u8.ToArray());
        await clock.WaitForTimerAsync(TimeSpan.FromSeconds(2));
        Assert.That(handling.IsCompleted, Is.False);

        clock.Advance(TimeSpan.FromSeconds(2));

        await handling.WithinLimit();
    }

    [Test]
    public async Task HandleAsync_OtherTub_AsksTheInterceptorsInOrderWithEveryByteThere()
    {
        byte[] request = Encoding.ASCII.GetBytes($"GET /id/{Other} HTTP/1.1\r\nHost: x\r\n\r\nmore");
        List<string> asked = [];
        TaskCompletionSource<ConnectionRequest> taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Mock<IConnectionInterceptor> passing = new();
        passing.Setup(interceptor => interceptor.TryTake(It.IsAny<ConnectionRequest>())).Callback(() => asked.Add("first")).Returns(false);
        Mock<IConnectionInterceptor> taking = new();
        taking.Setup(interceptor => interceptor.TryTake(It.IsAny<ConnectionRequest>()))
            .Callback((ConnectionRequest seen) => asked.Add("second"))
            .Returns((ConnectionRequest seen) => taken.TrySetResult(seen));
        Mock<IConnectionInterceptor> never = new(MockBehavior.Strict);
        await using TubListener listener = new TubListener().Add(passing.Object).Add(taking.Object).Add(never.Object);
        DuplexPipePair pair = new();
        await pair.First.Output.WriteAsync(request);

        await listener.HandleAsync(pair.SecondConnection).WithinLimit();

        ConnectionRequest given = await taken.Task.WithinLimit();
        ReadResult read = await given.Connection.Input.ReadAsync(TestTime.Token);
        Assert.That(asked, Is.EqualTo(new[] { "first", "second" }));
        Assert.That((given.TubId, given.Connection), Is.EqualTo((Other.ToString(), pair.SecondConnection)));
        Assert.That(read.Buffer.ToArray(), Is.EqualTo(request));
        Assert.That(pair.First.Input.TryRead(out _), Is.False, "nothing has been sent");
    }

    [Test]
    public async Task HandleAsync_InterceptorThatThrows_EndsThatConnectionOnly()
    {
        Mock<IConnectionInterceptor> broken = new();
        broken.Setup(interceptor => interceptor.TryTake(It.IsAny<ConnectionRequest>())).Throws(new InvalidOperationException("broken"));
        using RecordingLoggerFactory logs = new();
        await using TubListener listener = new TubListener(loggerFactory: logs).Add(broken.Object);
        DuplexPipePair pair = new();
        await pair.First.Output.WriteAsync("GET /id/x HTTP/1.1\r\n\r\n"u8.ToArray());

        await listener.HandleAsync(pair.SecondConnection).WithinLimit();

        Assert.That(logs.Records.Single(record => record.Exception is not null).Exception!.Message, Is.EqualTo("broken"));
        Assert.That(async () => await pair.First.Input.ReadAsync(TestTime.Token), Throws.TypeOf<IOException>());
    }

    [Test]
    public async Task DisposeAsync_PeerInTheMiddleOfItsRequest_IsDropped()
    {
        TubListener listener = new();
        DuplexPipePair pair = new();
        Task handling = listener.HandleAsync(pair.SecondConnection);

        await listener.DisposeAsync();

        await handling.WithinLimit();
        Assert.That(async () => await pair.First.Input.ReadAsync(TestTime.Token), Throws.TypeOf<IOException>());
    }

    private static async Task<string> ExchangeAsync(TubListener listener, byte[] request, bool end = false)
    {
        DuplexPipePair pair = new();
        Task handling = listener.HandleAsync(pair.SecondConnection);
        await pair.First.Output.WriteAsync(request);
        if (end)
        {
            await pair.First.Output.CompleteAsync();
        }

        string answer = await ReadToEndAsync(pair.First.Input);
        await pair.First.Output.CompleteAsync();
        await handling.WithinLimit();
        return answer;
    }

    private static async Task<string> ReadToEndAsync(PipeReader reader)
    {
        using MemoryStream all = new();
        await reader.CopyToAsync(all, TestTime.Token);
        return Encoding.UTF8.GetString(all.ToArray());
    }
}
