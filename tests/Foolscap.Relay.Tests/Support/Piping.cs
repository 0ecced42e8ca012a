using System.IO.Pipelines;
using System.Net.Sockets;

namespace Foolscap.Relay.Tests.Support;

/// <summary>The outer end of a connection, as a test uses it.</summary>
internal static class Piping
{
    /// <summary>A pipe whose writer waits until the last byte has been read.</summary>
    public static PipeOptions Unbuffered { get; } = new(pauseWriterThreshold: 1, resumeWriterThreshold: 1, useSynchronizationContext: false);

    /// <summary>A pipe that takes everything at once.</summary>
    public static PipeOptions Boundless { get; } = new(pauseWriterThreshold: 0, useSynchronizationContext: false);

    /// <summary>Bytes that show where they were cut, swapped or lost.</summary>
    public static byte[] Bytes(int count, int seed = 1)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static async Task SendAsync(this IDuplexPipe pipe, byte[] bytes) =>
        await pipe.Output.WriteAsync(bytes).Within($"room for {bytes.Length} bytes in a pipe");

    public static async Task<byte[]> ReceiveAsync(this IDuplexPipe pipe, int count)
    {
        using MemoryStream received = new();
        while (received.Length < count)
        {
            ReadResult result = await pipe.Input.ReadAsync().Within($"{count - received.Length} of {count} bytes");
            var part = result.Buffer.Slice(0, Math.Min(result.Buffer.Length, count - received.Length));
            foreach (ReadOnlyMemory<byte> segment in part)
            {
                received.Write(segment.Span);
            }

            pipe.Input.AdvanceTo(part.End);
            if (result.IsCompleted && received.Length < count)
            {
                throw new AssertionException($"The connection ended after {received.Length} of {count} bytes.");
            }
        }

        return received.ToArray();
    }

    /// <summary>Reads all that comes until the orderly end.</summary>
    public static async Task<byte[]> ReceiveToEndAsync(this IDuplexPipe pipe)
    {
        using MemoryStream received = new();
        while (true)
        {
            ReadResult result = await pipe.Input.ReadAsync().Within($"the end of a connection after {received.Length} bytes");
            foreach (ReadOnlyMemory<byte> segment in result.Buffer)
            {
                received.Write(segment.Span);
            }

            pipe.Input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                return received.ToArray();
            }
        }
    }

    /// <summary>Waits until the connection is reset; an orderly end is none.</summary>
    public static async Task ReceiveResetAsync(this IDuplexPipe pipe)
    {
        try
        {
            await pipe.ReceiveToEndAsync();
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            return;
        }

        throw new AssertionException("The connection ended in order, and was not reset.");
    }

    /// <summary>Whether nothing is there to be read, neither bytes nor an end.</summary>
    public static bool IsSilent(this IDuplexPipe pipe)
    {
        if (!pipe.Input.TryRead(out ReadResult result))
        {
            return true;
        }

        bool silent = result.Buffer.IsEmpty && !result.IsCompleted;
        pipe.Input.AdvanceTo(result.Buffer.Start);
        return silent;
    }
}
