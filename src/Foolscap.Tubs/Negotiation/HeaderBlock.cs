using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Foolscap.Tubs.Banana;

namespace Foolscap.Tubs.Negotiation;

/// <summary>
/// A block of header lines that ends in a blank line: the request, its answer, the hello and the decision all are one
/// (<c>foolscap.negotiate.Negotiation.dataReceived</c>).
/// </summary>
internal static class HeaderBlock
{
    /// <summary>The longest block, its blank line included.</summary>
    public const int MaxLength = 4096;

    private static ReadOnlySpan<byte> EndOfBlock => "\r\n\r\n"u8;

    /// <summary>Waits for a whole block and takes it off the reader.</summary>
    /// <returns>The block without its blank line.</returns>
    /// <exception cref="NegotiationException">The block is too long, or the connection ended before it was complete.</exception>
    public static async Task<string> ReadAsync(PipeReader input, CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult result = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (result.IsCanceled)
            {
                throw new NegotiationException("The connection was aborted while it negotiated.");
            }

            BlockStatus status = Find(result.Buffer, out SequencePosition end);
            if (status == BlockStatus.Complete)
            {
                string block = Encoding.UTF8.GetString(result.Buffer.Slice(0, end));
                input.AdvanceTo(end);
                return block[..^EndOfBlock.Length];
            }

            input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            if (status == BlockStatus.TooLong)
            {
                throw new NegotiationException($"A header block is longer than {MaxLength} bytes.");
            }

            if (result.IsCompleted)
            {
                throw new NegotiationException("The other end closed the connection while it negotiated.");
            }
        }
    }

    /// <summary>Looks for the end of the block.</summary>
    /// <param name="input">All that has arrived.</param>
    /// <param name="end">The position behind the blank line, if there is one.</param>
    public static BlockStatus Find(in ReadOnlySequence<byte> input, out SequencePosition end)
    {
        SequenceReader<byte> reader = new(input.Slice(0, Math.Min(input.Length, MaxLength)));
        if (reader.TryReadTo(out ReadOnlySequence<byte> _, EndOfBlock))
        {
            end = reader.Position;
            return BlockStatus.Complete;
        }

        end = default;
        return input.Length >= MaxLength ? BlockStatus.TooLong : BlockStatus.Incomplete;
    }

    /// <summary>Splits a block into its fields. Keys are in lower case; of two with one name the last one counts.</summary>
    /// <exception cref="NegotiationException">A line has no colon.</exception>
    public static Dictionary<string, string> Parse(string block)
    {
        Dictionary<string, string> fields = new(StringComparer.Ordinal);
        foreach (string line in block.Split("\r\n"))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0)
            {
                throw new NegotiationException($"A header line has no colon: {Excerpt.Of(line)}");
            }

            fields[line[..colon].ToLowerInvariant()] = line[(colon + 1)..].TrimStart();
        }

        return fields;
    }

    /// <summary>Formats fields as a block, in the order of their names.</summary>
    public static byte[] Format(params ReadOnlySpan<(string Key, string Value)> fields)
    {
        StringBuilder block = new();
        foreach ((string key, string value) in fields.ToArray().OrderBy(field => field.Key, StringComparer.Ordinal))
        {
            block.Append(key).Append(": ").Append(value).Append("\r\n");
        }

        return Encoding.UTF8.GetBytes(block.Append("\r\n").ToString());
    }
}
