using System.IO.Pipelines;
using System.Text;
using Foolscap.TestUtilities;
using Moq;

namespace Foolscap.Tubs.Tests.Negotiation;

/// <summary>Requests for something else than a Tub, which are for interceptors.</summary>
internal sealed class PathRequestTests
{
    private delegate bool TryTake(PathRequest request);

    [Test]
    public async Task HandleAsync_InterceptorTakesThePath_GetsTheConnectionBehindTheHeader()
    {
        PathRequest? taken = null;
        await using TubListener listener = new TubListener().Add(Interceptor(request => { taken = request; return true; }).Object);
        DuplexPipePair pair = new();
        await pair.First.Output.WriteAsync("GET /some/thing HTTP/1.1\r\nHost: x\r\n\r\nrest"u8.ToArray());

        await listener.HandleAsync(pair.SecondConnection).WithinLimit();

        Assert.That(taken!.Path, Is.EqualTo("/some/thing"));
        Assert.That(taken.Connection, Is.SameAs(pair.SecondConnection));
        Assert.That(taken.Connection.Input.TryRead(out ReadResult rest), Is.True);
        Assert.That(Encoding.ASCII.GetString(rest.Buffer), Is.EqualTo("rest"));
        Assert.That(listener.Statistics.HalfOpenConnections, Is.Zero);
    }

    [Test]
    public async Task HandleAsync_InterceptorPasses_TheNextOneIsAsked()
    {
        Mock<IConnectionInterceptor> first = Interceptor(_ => false);
        Mock<IConnectionInterceptor> second = Interceptor(_ => true);
        await using TubListener listener = new TubListener().Add(first.Object).Add(second.Object);
        DuplexPipePair pair = new();
        await pair.First.Output.WriteAsync("GET /x HTTP/1.1\r\n\r\n"u8.ToArray());

        await listener.HandleAsync(pair.SecondConnection).WithinLimit();

        first.Verify(interceptor => interceptor.TryTake(It.Is<PathRequest>(request => request.Path == "/x")), Times.Once);
        second.Verify(interceptor => interceptor.TryTake(It.IsAny<PathRequest>()), Times.Once);
        second.Verify(interceptor => interceptor.TryTake(It.IsAny<ConnectionRequest>()), Times.Never);
    }

    [Test]
    public async Task HandleAsync_NobodyTakesThePath_Is400ThatShowsTheLine()
    {
        Mock<IConnectionInterceptor> interceptor = Interceptor(_ => false);
        await using TubListener listener = new TubListener().Add(interceptor.Object);
        DuplexPipePair pair = new();
        await pair.First.Output.WriteAsync("GET /x HTTP/1.0\r\nA: b\r\n\r\n"u8.ToArray());
        Task handling = listener.HandleAsync(pair.SecondConnection);

        using StreamReader reader = new(pair.First.Input.AsStream());
        Assert.That(
            await reader.ReadLineAsync().WithinLimit(),
            Is.EqualTo("HTTP/1.1 400 Bad Request: this is a Foolscap Tub, which takes GET /id/TUBID only, and not: GET /x HTTP/1.0"));
        await pair.First.Output.CompleteAsync();
        await handling.WithinLimit();
        Assert.That(listener.Statistics.Refusals[ListenerRefusal.BadRequest], Is.EqualTo(1));
    }

    private static Mock<IConnectionInterceptor> Interceptor(TryTake take)
    {
        Mock<IConnectionInterceptor> interceptor = new();
        interceptor.Setup(mock => mock.TryTake(It.IsAny<PathRequest>())).Returns((PathRequest request) => take(request));
        return interceptor;
    }
}
