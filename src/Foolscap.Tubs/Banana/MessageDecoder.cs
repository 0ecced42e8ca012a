using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Foolscap.Tubs.Banana;

/// <summary>
/// Reads the token stream of one connection (<c>foolscap.banana.Banana.handleData</c>): tokens in, calls, answers and
/// errors out. It does no I/O and keeps its place between pieces of input, wherever they were cut. Not thread-safe.
/// </summary>
/// <remarks>
/// A <see cref="ViolationException"/> ends the message that it is in: the rest of its tokens is skipped, and the call is
/// answered with the error. A <see cref="BananaException"/> ends the connection.
/// </remarks>
internal sealed class MessageDecoder
{
    /// <summary>The longest text of an ERROR token (<c>foolscap.tokens.SIZE_LIMIT</c>), and of an OPEN's type.</summary>
    private const int MaxErrorBytes = 1000;
    private const int MaxTypeBytes = 100;

    private readonly TubLimits _limits;
    private readonly IMessageHandler _handler;
    private readonly MessageBuilder _message;

    private bool _inOpen;
    private ulong _openLabel;
    private int _skipDepth;
    private long _skipBytes;

    /// <param name="limits">How much the peer may send.</param>
    /// <param name="handler">Who is told.</param>
    /// <param name="held">Where the message that is arriving counts; by default the Tub has no other connection.</param>
    public MessageDecoder(TubLimits limits, IMessageHandler handler, HeldBytes? held = null)
    {
        _limits = limits;
        _handler = handler;
        _message = new MessageBuilder(limits, handler, held ?? new HeldBytes(new TotalBytes(limits.MaxTotalBytes)));
    }

    /// <summary>Reads as many complete tokens as there are.</summary>
    /// <returns>Where the first token starts that is not complete.</returns>
    /// <exception cref="BananaException">The stream cannot be understood any further.</exception>
    public SequencePosition Decode(in ReadOnlySequence<byte> input)
    {
        SequenceReader<byte> reader = new(input);
        while (SkipBody(ref reader) && !reader.End)
        {
            SequenceReader<byte> ahead = reader;
            if (!TokenHead.TryRead(ref ahead, out TokenHead head) || !TryHandle(head, ref ahead))
            {
                break;
            }

            reader = ahead;
        }

        return reader.Position;
    }

    /// <summary>Handles one token, and advances behind its body.</summary>
    /// <returns>False if the body is not complete yet; then nothing has changed.</returns>
    private bool TryHandle(in TokenHead head, ref SequenceReader<byte> reader)
    {
        switch (head.Type)
        {
            case TokenType.Ping:
                _handler.HandlePing(head.Value);
                return true;
            case TokenType.Pong:
                return true;
            case TokenType.Error:
                return TryHandleError(head, ref reader);
        }

        if (_skipDepth > 0)
        {
            Skip(head);
            return true;
        }

        if (_inOpen)
        {
            return TryHandleType(head, ref reader);
        }

        if (head.Type == TokenType.Open)
        {
            _inOpen = true;
            _openLabel = head.Value;
            return true;
        }

        if (_message.IsEmpty)
        {
            throw new BananaException($"A {head.Type.ToWord()} token stands outside of any message.");
        }

        return TryHandleMember(head, ref reader);
    }

    private bool TryHandleMember(in TokenHead head, ref SequenceReader<byte> reader)
    {
        try
        {
            switch (head.Type)
            {
                case TokenType.Close:
                    _message.Close(head.Value);
                    return true;
                case TokenType.Abort:
                    Abandon(new ViolationException("ABORT received"), extraOpens: 0, byPeer: true);
                    return true;
                case TokenType.Int or TokenType.Neg:
                    HandleInteger(head);
                    return true;
                default:
                    return TryHandleBody(head, ref reader);
            }
        }
        catch (ViolationException violation)
        {
            // A CLOSE has taken its own frame away before it fails; every other token leaves the frames as they are.
            Abandon(violation, extraOpens: 0, byPeer: false);
            return true;
        }
    }

    private void HandleInteger(in TokenHead head)
    {
        bool negative = head.Type == TokenType.Neg;
        if (!head.IsBig && head.Value <= long.MaxValue)
        {
            _message.Integer(head.Type, negative ? -(long)head.Value : (long)head.Value);
        }
        else
        {
            BigInteger value = head.IsBig ? head.Big : head.Value;
            _message.Value(head.Type, negative ? -value : value);
        }
    }

    private bool TryHandleBody(in TokenHead head, ref SequenceReader<byte> reader)
    {
        if (head.Type == TokenType.Vocab)
        {
            _message.Bytes(TokenType.Vocab, new ReadOnlySequence<byte>(GetWord(head)));
            return true;
        }

        int length = head.Type == TokenType.Float ? sizeof(double) : CheckLength(head);
        if (reader.Remaining < length)
        {
            return Gather(reader.Remaining, length);
        }

        ReadOnlySequence<byte> body = reader.UnreadSequence.Slice(0, length);
        SequenceReader<byte> behind = reader;
        behind.Advance(length);
        switch (head.Type)
        {
            case TokenType.String when _message.TakesBytesInPlace:
                if (!TryReadEndOfCall(ref behind, out bool isEnd))
                {
                    return Gather(length, length);
                }

                reader = behind;
                if (isEnd)
                {
                    _message.BytesCall(body);
                    return true;
                }

                _message.Bytes(TokenType.String, body);
                return true;
            case TokenType.String:
                reader = behind;
                _message.Bytes(TokenType.String, body);
                return true;
            case TokenType.Float:
                reader = behind;
                Span<byte> bits = stackalloc byte[sizeof(double)];
                body.CopyTo(bits);
                _message.Value(TokenType.Float, BinaryPrimitives.ReadDoubleBigEndian(bits));
                return true;
            default:
                reader = behind;
                BigInteger magnitude = new(body.ToArray(), isUnsigned: true, isBigEndian: true);
                BigInteger value = head.Type == TokenType.LongNeg ? -magnitude : magnitude;
                _message.Value(head.Type, value >= long.MinValue && value <= long.MaxValue ? (object)(long)value : value, length);
                return true;
        }
    }

    /// <summary>
    /// Looks whether the call ends right behind its byte string, so that the string can be handed over where it lies.
    /// Advances only if it does.
    /// </summary>
    /// <returns>False if that cannot be told yet.</returns>
    private bool TryReadEndOfCall(ref SequenceReader<byte> reader, out bool isEnd)
    {
        SequenceReader<byte> ahead = reader;
        isEnd = false;
        for (int depth = 1; depth <= 2; depth++)
        {
            if (!TokenHead.TryRead(ref ahead, out TokenHead head))
            {
                return false;
            }

            if (head.Type != TokenType.Close || !_message.MatchesLabel(depth, head.Value))
            {
                return true;
            }
        }

        isEnd = true;
        reader = ahead;
        return true;
    }

    /// <summary>Handles the type of a sequence, the token behind its OPEN.</summary>
    private bool TryHandleType(in TokenHead head, ref SequenceReader<byte> reader)
    {
        ReadOnlySequence<byte> type;
        if (head.Type == TokenType.Vocab)
        {
            type = new ReadOnlySequence<byte>(GetWord(head));
        }
        else if (head.Type is TokenType.Open or TokenType.Close or TokenType.Abort)
        {
            throw new BananaException($"A token {head.Type.ToWord()} follows an OPEN, where its type belongs.");
        }
        else if (head.Type != TokenType.String || head.Value > MaxTypeBytes)
        {
            _message.CountOpen();
            Abandon(new ViolationException("The type of a sequence must be a short byte string."), extraOpens: 1, byPeer: false);
            _inOpen = false;
            _skipBytes = head.HasLength ? BodyLength(head) : head.Type == TokenType.Float ? sizeof(double) : 0;
            return true;
        }
        else if (reader.Remaining < (long)head.Value)
        {
            return false;
        }
        else
        {
            type = reader.UnreadSequence.Slice(0, (long)head.Value);
            reader.Advance((long)head.Value);
        }

        try
        {
            _inOpen = !_message.TryOpen(type, _openLabel);
        }
        catch (ViolationException violation)
        {
            _inOpen = false;
            Abandon(violation, extraOpens: 1, byPeer: false);
        }

        return true;
    }

    private bool TryHandleError(in TokenHead head, ref SequenceReader<byte> reader)
    {
        if (head.Value > MaxErrorBytes)
        {
            throw new BananaException($"An ERROR token has {head.Value} bytes; {MaxErrorBytes} are the limit.");
        }

        if (reader.Remaining < (long)head.Value)
        {
            return false;
        }

        _handler.HandlePeerError(Encoding.UTF8.GetString(reader.UnreadSequence.Slice(0, (long)head.Value)));
        reader.Advance((long)head.Value);
        return true;
    }

    /// <summary>Ends the current message; what is left of its tokens is skipped.</summary>
    /// <param name="violation">Why.</param>
    /// <param name="extraOpens">OPENs that have come and have no frame.</param>
    /// <param name="byPeer">Whether the peer itself gave the message up, and so waits for no answer.</param>
    private void Abandon(ViolationException violation, int extraOpens, bool byPeer) =>
        _skipDepth = _message.Abandon(violation, byPeer) + extraOpens;

    private void Skip(in TokenHead head)
    {
        switch (head.Type)
        {
            case TokenType.Open:
                _message.CountOpen();
                _skipDepth++;
                break;
            case TokenType.Close:
                _skipDepth--;
                break;
            case TokenType.Float:
                _skipBytes = sizeof(double);
                break;
            default:
                _skipBytes = head.HasLength ? BodyLength(head) : 0;
                break;
        }
    }

    private bool SkipBody(ref SequenceReader<byte> reader)
    {
        if (_skipBytes > 0)
        {
            long count = Math.Min(_skipBytes, reader.Remaining);
            reader.Advance(count);
            _skipBytes -= count;
        }

        return _skipBytes == 0;
    }

    /// <summary>Judges a body by its length alone, before any of it gathers.</summary>
    private int CheckLength(in TokenHead head)
    {
        int limit = head.Type == TokenType.String ? _limits.MaxStringBytes : _limits.MaxIntegerBytes;
        _skipBytes = BodyLength(head); // if it is refused
        if (head.Value > (ulong)limit)
        {
            throw new ViolationException($"A {head.Type.ToWord()} token of {head.Value} bytes is longer than the limit of {limit}.");
        }

        _message.CheckBytes((int)head.Value);
        _skipBytes = 0;
        return (int)head.Value;
    }

    /// <summary>Counts what is there of a body that cannot be handled yet; if it is too much, it is skipped, and what follows.</summary>
    /// <returns>False: the token is not complete.</returns>
    private bool Gather(long count, int length)
    {
        _skipBytes = length; // if it is refused
        _message.CountGathered(count);
        _skipBytes = 0;
        return false;
    }

    private static long BodyLength(in TokenHead head) => head.Value <= long.MaxValue
        ? (long)head.Value
        : throw new BananaException($"A {head.Type.ToWord()} token has an impossible length.");

    private static byte[] GetWord(in TokenHead head) => Vocabulary.TryGetWord(head.Value, out byte[]? word)
        ? word
        : throw new BananaException($"VOCAB {head.Value} is not in vocabulary table {Vocabulary.TableIndex}.");
}
