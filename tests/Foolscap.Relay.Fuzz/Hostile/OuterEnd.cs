using System.Buffers;
using System.IO.Pipelines;
using System.Text;

namespace Foolscap.Relay.Fuzz.Hostile;

/// <summary>The stranger's end of a connection.</summary>
internal static class OuterEnd
{
    /// <summary>Writes; that nobody reads it any more is no mistake.</summary>
    public static async Task SendAsync(this IDuplexPipe pipe, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await pipe.Output.WriteAsync(bytes);
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException)
        {
            // Reset by the other end.
        }
    }

    /// <summary>Reads until the other end has ended the connection, then ends it as well.</summary>
    /// <returns>What was read, up to the reset if there was one.</returns>
    public static async Task<byte[]> DrainAsync(this IDuplexPipe pipe)
    {
        ArrayBufferWriter<byte> received = new();
        try
        {
            while (true)
            {
                ReadResult result = await pipe.Input.ReadAsync();
                foreach (ReadOnlyMemory<byte> segment in result.Buffer)
                {
                    received.Write(segment.Span);
                }

                pipe.Input.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    break;
                }
            }
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException)
        {
            // Reset.
        }

        await pipe.Output.CompleteAsync();
        await pipe.Input.CompleteAsync();
        return received.WrittenSpan.ToArray();
    }

    /// <summary>Waits for a block of header lines, and takes it, or for the end of the connection.</summary>
    public static async Task<string> ReceiveBlockAsync(this IDuplexPipe pipe)
    {
        try
        {
            while (true)
            {
                ReadResult result = await pipe.Input.ReadAsync();
                SequenceReader<byte> reader = new(result.Buffer);
                if (reader.TryReadTo(out ReadOnlySequence<byte> block, "\r\n\r\n"u8))
                {
                    string text = Encoding.UTF8.GetString(block);
                    pipe.Input.AdvanceTo(reader.Position);
                    return text;
                }

                pipe.Input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
                if (result.IsCompleted)
                {
                    return string.Empty;
                }
            }
        }
        catch (IOException)
        {
            return string.Empty;
        }
    }

    /// <summary>Waits until there is something to read, without taking it.</summary>
    /// <returns>False if the connection has ended.</returns>
    public static async Task<bool> IsSpeakingAsync(this IDuplexPipe pipe)
    {
        try
        {
            ReadResult result = await pipe.Input.ReadAsync();
            pipe.Input.AdvanceTo(result.Buffer.Start);
            return !result.Buffer.IsEmpty;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
