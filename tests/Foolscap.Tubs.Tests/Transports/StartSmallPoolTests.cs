using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Foolscap.TestUtilities;
using Foolscap.Tubs.Negotiation;
using Foolscap.Tubs.Transports;

namespace Foolscap.Tubs.Tests.Transports;

/// <summary>What a connection holds that has begun to negotiate, and how it reads when it has done so.</summary>
internal sealed class StartSmallPoolTests
{
    [Test]
    public async Task FromSocket_PeerThatSendsItsRequestByteByByte_HoldsTwoSmallBuffersAtMost()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        using Socket peer = new(SocketType.Stream, ProtocolType.Tcp);
        await peer.ConnectAsync(listener.LocalEndpoint);
        await using TransportConnection connection = TransportConnection.FromSocket(await listener.AcceptSocketAsync());

        int held = 0;
        for (int length = 1; length <= HeaderBlock.MaxLength; length += 200)
        {
            await peer.SendAsync(new byte[length - held == 1 ? 1 : 200]);
            ReadResult result = await ReadAtLeastAsync(connection.Input, length);
            held = (int)result.Buffer.Length;
            Assert.That(BytesHeld(result.Buffer), Is.LessThanOrEqualTo(length < 3000 ? 4096 : 8192), $"{length} bytes");
            connection.Input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    [Test]
    public async Task CreateReader_HelloThatHasBegun_HoldsASmallBuffer_AndLaterReadsAreLarge()
    {
        Pipe tls = new();
        PipeReader input = Negotiator.CreateReader(tls.Reader.AsStream());
        await tls.Writer.WriteAsync("b"u8.ToArray());
        ReadResult result = await input.ReadAsync(TestTime.Token);
        Assert.That(BytesHeld(result.Buffer), Is.EqualTo(4096));
        input.AdvanceTo(result.Buffer.End);
        for (int i = 0; i < 4; i++)
        {
            await tls.Writer.WriteAsync(new byte[100]);
            result = await input.ReadAsync(TestTime.Token);
            input.AdvanceTo(result.Buffer.End);
        }

        await tls.Writer.WriteAsync(new byte[60_000]);
        result = await ReadAtLeastAsync(input, 60_000);
        int held = BytesHeld(result.Buffer);
        input.AdvanceTo(result.Buffer.End);

        Assert.That(held, Is.EqualTo(65_536));
        await input.CompleteAsync();
    }

    [Test]
    public void Rent_InASteadyState_AllocatesNothing()
    {
        using StartSmallPool pool = new();
        for (int i = 0; i < 10; i++)
        {
            pool.Rent(65_536).Dispose();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            pool.Rent(65_536).Dispose();
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1000));
    }

    [Test]
    public void Rent_TwoBuffersAtOnce_AreNotTheSame()
    {
        using StartSmallPool pool = new();
        using IMemoryOwner<byte> first = pool.Rent(65_536);
        IMemoryOwner<byte> second = pool.Rent(65_536);
        second.Dispose();
        second.Dispose();
        using IMemoryOwner<byte> third = pool.Rent(65_536);
        using IMemoryOwner<byte> fourth = pool.Rent(65_536);

        byte[][] arrays = [Array(first.Memory), Array(third.Memory), Array(fourth.Memory)];
        Assert.That(arrays.Distinct(ReferenceEqualityComparer.Instance).Count(), Is.EqualTo(3));
    }

    private static async Task<ReadResult> ReadAtLeastAsync(PipeReader input, int length)
    {
        ReadResult result = await input.ReadAsync(TestTime.Token);
        while (result.Buffer.Length < length)
        {
            input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            result = await input.ReadAsync(TestTime.Token);
        }

        return result;
    }

    /// <summary>How much memory lies under some bytes.</summary>
    private static int BytesHeld(in ReadOnlySequence<byte> buffer)
    {
        int held = 0;
        foreach (ReadOnlyMemory<byte> segment in buffer)
        {
            held += Array(segment).Length;
        }

        return held;
    }

    private static byte[] Array(ReadOnlyMemory<byte> memory) =>
        MemoryMarshal.TryGetArray(memory, out ArraySegment<byte> segment) ? segment.Array! : [];
}
