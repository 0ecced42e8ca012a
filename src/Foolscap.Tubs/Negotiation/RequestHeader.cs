using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Foolscap.Tubs.Banana;

namespace Foolscap.Tubs.Negotiation;

/// <summary>
/// The request with which a peer names the Tub that it wants: <c>GET /id/TUBID HTTP/1.1</c>
/// (<c>foolscap.negotiate.Negotiation.handlePLAINTEXTServer</c>). Other paths are for interceptors.
/// </summary>
internal static class RequestHeader
{
    private static ReadOnlySpan<byte> Method => "GET "u8;

    /// <summary>Waits for the request without taking it off the reader.</summary>
    /// <returns>Its first line.</returns>
    /// <exception cref="RefusedRequestException">It is no such request.</exception>
    public static async Task<RequestLine> PeekAsync(PipeReader input, CancellationToken cancellationToken)
    {
        bool first = true;
        if (!input.TryRead(out ReadResult result))
        {
            // A host may have examined what is there: only a cancelled read gives it without waiting for more.
            input.CancelPendingRead();
            result = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
        }

        while (true)
        {
            ReadOnlySequence<byte> buffer = result.Buffer;
            try
            {
                CheckMethod(buffer);
                BlockStatus status = HeaderBlock.Find(buffer, out SequencePosition end);
                if (status == BlockStatus.Complete)
                {
                    RequestLine line = Parse(Encoding.UTF8.GetString(buffer.Slice(0, end)));
                    input.AdvanceTo(buffer.Start);
                    return line;
                }

                if (status == BlockStatus.TooLong)
                {
                    throw new RefusedRequestException(400, $"the request header is longer than {HeaderBlock.MaxLength} bytes");
                }

                if (result.IsCompleted || (result.IsCanceled && !first))
                {
                    throw new RefusedRequestException(400, "the request header is not complete");
                }
            }
            catch (RefusedRequestException)
            {
                input.AdvanceTo(buffer.Start);
                throw;
            }

            input.AdvanceTo(buffer.Start, buffer.End);
            first = false;
            result = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Anything but a GET is told so at once, however long the rest of it may take to come.</summary>
    private static void CheckMethod(in ReadOnlySequence<byte> buffer)
    {
        ReadOnlySpan<byte> start = buffer.Slice(0, Math.Min(buffer.Length, Method.Length)).ToArray();
        if (!Method.StartsWith(start))
        {
            throw new RefusedRequestException(400, "this is a Foolscap Tub, which takes GET /id/TUBID only");
        }
    }

    /// <summary>What a request is told that nobody serves.</summary>
    public static RefusedRequestException Unknown(string line) =>
        new(400, $"this is a Foolscap Tub, which takes GET /id/TUBID only, and not: {Excerpt.Of(line)}");

    private static RequestLine Parse(string header)
    {
        string line = header.Split("\r\n", 2)[0];
        string[] words = line.Split([' ', '\t', '\n', '\r', '\v', '\f'], StringSplitOptions.RemoveEmptyEntries);
        return words.Length == 3 && words[1].StartsWith('/') ? new RequestLine(words[1], line) : throw Unknown(line);
    }
}
