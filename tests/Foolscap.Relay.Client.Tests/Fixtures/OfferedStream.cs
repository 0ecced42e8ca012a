using System.IO.Pipelines;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Client.Tests.Fixtures;

/// <summary>A connection that the test, as a relay, has offered to a client: the relay's side of it, in either way.</summary>
internal abstract class OfferedStream
{
    /// <summary>Offers one over the connection of the registration.</summary>
    public static async Task<OfferedStream> OfferMessagesAsync(RegistrarCall registration)
    {
        ScriptedEnd responder = new() { AnswersAtOnce = true };
        return new MessageStream(await registration.AcceptAsync(responder), responder);
    }

    /// <summary>Offers one over a connection of its own, which the client opens.</summary>
    /// <param name="registration">The registration.</param>
    /// <param name="opened">The relay's side of that.</param>
    /// <param name="request">What the caller says first.</param>
    public static async Task<OfferedStream> OfferDirectAsync(RegistrarCall registration, Func<Task<IDuplexPipe>> opened, byte[] request)
    {
        Dictionary<object, object?> info = new() { [RelayProtocol.PeerKey] = "198.51.100.7:4711", [RelayProtocol.DirectKey] = "token" };
        Task<object?> accepting = registration.BeginAccept(new ScriptedEnd(), info);
        IDuplexPipe relay = await opened();
        ReadResult header = await relay.Input.ReadAsync(TestTime.Token);
        relay.Input.AdvanceTo(header.Buffer.End);
        await relay.SendAsync(request);
        Assert.That(await accepting.Within("the answer to accept()"), Is.Null);
        return new DirectStreamEnd(relay);
    }

    public abstract Task SendAsync(byte[] bytes);

    public abstract Task<byte[]> ReceiveAsync(int count);

    public abstract Task EndAsync();

    public abstract Task AbortAsync();

    public abstract Task ReceiveEndAsync();

    public abstract Task ReceiveResetAsync();

    private sealed class MessageStream(RemoteReference handler, ScriptedEnd responder) : OfferedStream
    {
        public override async Task SendAsync(byte[] bytes)
        {
            for (int position = 0; position < bytes.Length;)
            {
                int count = Math.Min(RelayProtocol.MaxWriteSize / 4, bytes.Length - position);
                await handler.CallAsync(RelayProtocol.Write, [bytes[position..(position + count)]]).Within("the answer to a write");
                position += count;
            }
        }

        public override Task<byte[]> ReceiveAsync(int count) => responder.TakeAnsweredAsync(count);

        public override Task EndAsync() => handler.CallAsync(RelayProtocol.Close).Within("the answer to close()");

        public override Task AbortAsync() => handler.CallAsync(RelayProtocol.Abort, ["the test aborts it"]).Within("the answer to abort()");

        public override Task ReceiveEndAsync() => responder.NextAsync(RelayProtocol.Close);

        public override Task ReceiveResetAsync() => responder.NextAsync(RelayProtocol.Abort);
    }

    private sealed class DirectStreamEnd(IDuplexPipe relay) : OfferedStream
    {
        public override async Task SendAsync(byte[] bytes)
        {
            FlushResult flushed = await relay.Output.WriteAsync(bytes).Within($"room for {bytes.Length} bytes");
            if (flushed.IsCompleted)
            {
                throw new IOException("The client has closed the connection.");
            }
        }

        public override Task<byte[]> ReceiveAsync(int count) => relay.ReceiveAsync(count);

        public override async Task EndAsync() => await relay.Output.CompleteAsync();

        public override async Task AbortAsync() => await relay.Output.CompleteAsync(new IOException("the test aborts it"));

        public override async Task ReceiveEndAsync() => Assert.That(await relay.ReceiveToEndAsync(), Is.Empty);

        public override Task ReceiveResetAsync() => relay.ReceiveResetAsync();
    }
}
