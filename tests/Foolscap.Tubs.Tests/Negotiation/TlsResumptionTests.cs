using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Foolscap.Furls;
using Foolscap.TestUtilities;
using Foolscap.Tubs.Handshakes;
using Foolscap.Tubs.Transports;

namespace Foolscap.Tubs.Tests.Negotiation;

/// <summary>
/// A Tub that comes back takes its TLS session up again, which spares both ends the public-key part; and who the peer is,
/// is as certain as before. The certificates are new ones: no other test may have left a session of theirs.
/// </summary>
internal sealed class TlsResumptionTests
{
    private const ushort PreSharedKey = 0x0029;

    [Test]
    public async Task ConnectAsync_SecondTime_ResumesTheSession_AndBothEndsKnowWhoThePeerIs()
    {
        TubCertificate client = TubCertificate.Create();
        TubCertificate server = TubCertificate.Create();

        Handshake first = await Handshake.RunAsync(client, server);
        Handshake second = await Handshake.RunAsync(client, server);

        Assert.That((first.IsResumed, second.IsResumed), Is.EqualTo((false, true)));
        Assert.That((second.SeenByServer, second.SeenByClient), Is.EqualTo((client.TubId, server.TubId)));
    }

    /// <summary>Two Tubs of one process, which a session that is kept by the server's name alone would make one.</summary>
    [Test]
    public async Task ConnectAsync_AnotherTubOfTheSameProcess_IsSeenAsItself()
    {
        TubCertificate client = TubCertificate.Create();
        TubCertificate otherClient = TubCertificate.Create();
        TubCertificate server = TubCertificate.Create();
        await Handshake.RunAsync(client, server);

        Handshake other = await Handshake.RunAsync(otherClient, server);
        Handshake again = await Handshake.RunAsync(client, server);

        Assert.That(other.IsResumed, Is.False);
        Assert.That((other.SeenByServer, again.SeenByServer), Is.EqualTo((otherClient.TubId, client.TubId)));
    }

    [Test]
    public async Task ConnectAsync_SecondTimeAtAnotherTub_IsTheWrongTub()
    {
        TubCertificate client = TubCertificate.Create();
        TubCertificate server = TubCertificate.Create();
        TubCertificate otherServer = TubCertificate.Create();
        await Handshake.RunAsync(client, server);

        NegotiationException? error = await Assert.CatchAsync<NegotiationException>(
            () => Handshake.RunAsync(client, otherServer, target: server.TubId));

        Assert.That(error!.Message, Does.Contain("wrong Tub").And.Contain(otherServer.TubId.ToString()));
    }

    /// <summary>One connection, up to its first byte, with somebody between who looks at the server's first message.</summary>
    private sealed record Handshake(bool IsResumed, TubId? SeenByServer, TubId? SeenByClient)
    {
        public static async Task<Handshake> RunAsync(TubCertificate client, TubCertificate server, TubId? target = null)
        {
            DuplexPipePair near = new();
            DuplexPipePair far = new();
            ArrayBufferWriter<byte> seen = new();
            Task up = CopyAsync(near.Second.Input, far.First.Output, seen: null);
            Task down = CopyAsync(far.First.Input, near.Second.Output, seen);
            using NegotiationClock clock = new(TestTime.Limit, TimeProvider.System);
            HandshakePlace place = HandshakeTurns.Shared.TakePlace(clock);
            Task<PeerTls> accepting = PeerTls.AcceptAsync(far.SecondConnection, server, place, TestTime.Token);
            PeerTls connected;
            try
            {
                connected = await PeerTls.ConnectAsync(near.FirstConnection, client, target ?? server.TubId, TestTime.Token);
            }
            catch
            {
                await accepting.ContinueWith(_ => { }, TaskScheduler.Default).WithinLimit();
                throw;
            }

            PeerTls accepted = await accepting.WithinLimit();

            // The server's tickets come before its first byte.
            await accepted.Stream.WriteAsync(new byte[1], TestTime.Token);
            await connected.Stream.ReadExactlyAsync(new byte[1], TestTime.Token);
            Handshake handshake = new(HasPreSharedKey(seen.WrittenSpan), accepted.PeerTubId, connected.PeerTubId);
            await connected.ShutdownAsync();
            await connected.DisposeAsync();
            await accepted.DisposeAsync();
            await near.First.Output.CompleteAsync();
            await far.Second.Output.CompleteAsync();
            await Task.WhenAll(up, down).WithinLimit();
            return handshake;
        }

        private static async Task CopyAsync(PipeReader from, PipeWriter to, ArrayBufferWriter<byte>? seen)
        {
            ReadResult result;
            do
            {
                result = await from.ReadAsync();
                foreach (ReadOnlyMemory<byte> segment in result.Buffer)
                {
                    seen?.Write(segment.Span);
                    await to.WriteAsync(segment);
                }

                from.AdvanceTo(result.Buffer.End);
            }
            while (!result.IsCompleted);
            await to.CompleteAsync();
            await from.CompleteAsync();
        }

        /// <summary>Whether a ServerHello (RFC 8446, 4.1.3), the first record of TLS 1.3, takes a session up.</summary>
        private static bool HasPreSharedKey(ReadOnlySpan<byte> record)
        {
            const int SessionId = 5 + 4 + 2 + 32; // behind the heads of record and message, version and random
            Assert.That((record[0], record[5]), Is.EqualTo(((byte)22, (byte)2)), "a ServerHello");
            ReadOnlySpan<byte> rest = record[(SessionId + 1 + record[SessionId] + 3)..];
            rest = rest.Slice(2, BinaryPrimitives.ReadUInt16BigEndian(rest));
            while (!rest.IsEmpty)
            {
                if (BinaryPrimitives.ReadUInt16BigEndian(rest) == PreSharedKey)
                {
                    return true;
                }

                rest = rest[(4 + BinaryPrimitives.ReadUInt16BigEndian(rest[2..]))..];
            }

            return false;
        }
    }
}
