using System.Buffers;
using System.Text;

namespace Foolscap.Tubs.Banana;

/// <summary>
/// Builds one message at a time from its tokens: each goes to its place in the innermost open sequence, and a sequence
/// that closes to its place in the next one. The scope of <c>(reference N)</c> is one message. Not thread-safe.
/// </summary>
internal sealed class MessageBuilder(TubLimits limits, IMessageHandler handler, HeldBytes held)
{
    private static readonly object[] SmallIntegers = [.. Enumerable.Range(0, 256).Select(static value => (object)(long)value)];

    private readonly NameCache _names = new();
    private readonly MessageBudget _budget = new(limits, handler, held);
    private readonly FrameStack _frames = new(limits.MaxDepth);
    private readonly IncomingMessage _message = new(handler);

    private long _opens;

    /// <summary>Whether no sequence is open.</summary>
    public bool IsEmpty => _frames.IsEmpty;

    /// <summary>Whether the next byte string may be the only argument of a call to an <see cref="IByteStringReceiver"/>.</summary>
    public bool TakesBytesInPlace =>
        Top is { Kind: FrameKind.Arguments, Members: 0, Number: 1 } && _message.Target is IByteStringReceiver;

    private ref Frame Top => ref _frames.Top;

    /// <summary>Counts an OPEN that is not built: one in a sequence that is skipped.</summary>
    public void CountOpen() => _opens++;

    /// <inheritdoc cref="FrameStack.MatchesLabel"/>
    public bool MatchesLabel(int level, ulong label) => _frames.MatchesLabel(level, label);

    /// <inheritdoc cref="MessageBudget.CheckBytes"/>
    public void CheckBytes(int count) => _budget.CheckBytes(count);

    /// <inheritdoc cref="MessageBudget.CountGathered"/>
    public void CountGathered(long count) => _budget.CountGathered(count);

    /// <summary>Opens a sequence.</summary>
    /// <returns>False if another token is needed to tell its type.</returns>
    /// <exception cref="ViolationException">This type is not known here.</exception>
    public bool TryOpen(in ReadOnlySequence<byte> type, ulong label)
    {
        long index = _opens++;
        string name = GetName(type);
        if (!IsEmpty && Top.Kind == FrameKind.Error && Top.Members == 1)
        {
            return TryOpenFailure(name, label, index);
        }

        FrameKind kind = FrameTypes.Find(name, IsEmpty ? null : Top);
        if (IsEmpty)
        {
            _message.Begin();
            _budget.Reset();
        }

        _budget.CountToken();
        if (Frame.GrowsContainer(kind))
        {
            _budget.CountContainer();
        }

        _frames.Push(kind, label, index);
        return true;
    }

    public void Integer(TokenType type, long value)
    {
        _budget.CountToken();
        ref Frame top = ref Top;
        switch (top.Kind)
        {
            case FrameKind.Call when top.Members == 0:
            case FrameKind.Answer or FrameKind.Error when top.Members == 0:
                Require(type == TokenType.Int, "A request id must be an INT token.");
                _message.BeginRequest(top.Kind == FrameKind.Call, value);
                top.Members = 1;
                break;
            case FrameKind.Call when top.Members == 1:
                _message.SetTarget(value);
                top.Members = 2;
                break;
            case FrameKind.Arguments when top.Number < 0:
                Require(type == TokenType.Int, "The count of positional arguments must be an INT token.");
                top.Number = value;
                break;
            case FrameKind.Boolean when top.Members == 0 && type == TokenType.Int:
                top.Value = value != 0;
                top.Members = 1;
                break;
            case FrameKind.Reference or FrameKind.MyReference or FrameKind.YourReference when top.Members == 0:
                top.Number = value;
                top.Members = 1;
                break;
            default:
                Add(type, (ulong)value < (ulong)SmallIntegers.Length ? SmallIntegers[value] : value);
                break;
        }
    }

    public void Bytes(TokenType type, in ReadOnlySequence<byte> bytes)
    {
        _budget.CountToken();
        _budget.CountBytes(bytes.Length);
        ref Frame top = ref Top;
        switch (top.Kind)
        {
            case FrameKind.Call when top.Members == 2:
                _message.Method = GetName(bytes);
                top.Members = 3;
                break;
            case FrameKind.Arguments when top.Number >= 0 && top.Members >= top.Number && top.Extra is null:
                top.Extra = GetName(bytes);
                break;
            case FrameKind.Unicode when top.Members == 0:
                top.Value = GetText(bytes);
                top.Members = 1;
                break;
            case FrameKind.MyReference when top.Members is 1 or 2:
                // The interface's name says nothing here; the FURL comes behind it.
                top.Extra = top.Members == 2 ? GetName(bytes) : null;
                top.Members++;
                break;
            default:
                Add(type, bytes.ToArray());
                break;
        }
    }

    public void Value(TokenType type, object value, int length = 0)
    {
        _budget.CountToken();
        _budget.CountBytes(length);
        Add(type, value);
    }

    /// <summary>Delivers a call whose one argument is a byte string, and whose two CLOSEs have been read.</summary>
    public void BytesCall(in ReadOnlySequence<byte> bytes)
    {
        _frames.Clear();
        _budget.End();
        _message.DeliverBytes(bytes);
    }

    /// <summary>Closes the innermost sequence.</summary>
    /// <exception cref="ViolationException">It is not acceptable; it is off the stack already.</exception>
    public void Close(ulong label)
    {
        Frame closed = Top;
        if (closed.Label != label)
        {
            throw new BananaException($"CLOSE({label}) came where CLOSE({closed.Label}) belongs.");
        }

        CheckComplete(closed);
        _frames.Pop();
        switch (closed.Kind)
        {
            case FrameKind.Call or FrameKind.Answer or FrameKind.Error:
                _frames.Clear();
                _budget.End();
                _message.Deliver(closed.Kind, _budget.Cost);
                break;
            case FrameKind.Arguments:
                Top.Members = 4;
                break;
            case FrameKind.Failure:
                _message.Result = RemoteFailure.FromState((Dictionary<string, object?>)closed.Value!);
                Top.Members = 2;
                break;
            default:
                Add(TokenType.Close, Finish(closed));
                break;
        }
    }

    /// <summary>Gives the current message up and reports why.</summary>
    /// <returns>How many of its sequences are still open.</returns>
    public int Abandon(ViolationException violation, bool byPeer)
    {
        int open = _frames.Depth;
        FrameKind? kind = IsEmpty ? null : _frames.Bottom.Kind;
        bool hasRequestId = !IsEmpty && _frames.Bottom.Members > 0;
        _frames.Clear();
        _budget.End();
        _message.Abandon(kind, hasRequestId, violation, byPeer);
        return open;
    }

    private bool TryOpenFailure(string name, ulong label, long index)
    {
        ref Frame error = ref Top;
        if (error.Extra is null && name == "copyable")
        {
            error.Extra = name;
            _opens--; // The class's name, which follows, belongs to the same OPEN.
            return false;
        }

        if (error.Extra is null)
        {
            throw new ViolationException($"An error answer must hold a copyable, not: {Excerpt.Of(name)}");
        }

        error.Extra = null;
        if (name != RemoteFailure.CopyableName)
        {
            throw new ViolationException($"An error answer holds an unknown copyable: {Excerpt.Of(name)}");
        }

        _budget.CountToken();
        _frames.Push(FrameKind.Failure, label, index);
        return true;
    }

    /// <summary>Adds a value to the innermost sequence.</summary>
    private void Add(TokenType type, object? value)
    {
        ref Frame top = ref Top;
        switch (top.Kind)
        {
            case FrameKind.Arguments:
                AddArgument(ref top, type, value);
                break;
            case FrameKind.Answer when top.Members == 1:
                _message.Result = value;
                top.Members = 2;
                break;
            case FrameKind.List:
                ((List<object?>)top.Value!).Add(value);
                break;
            case FrameKind.Tuple or FrameKind.FrozenSet:
                ((List<object?>)top.Extra!).Add(top.Kind == FrameKind.FrozenSet ? Containers.CheckHashable(value) : value);
                break;
            case FrameKind.Set:
                ((HashSet<object?>)top.Value!).Add(Containers.CheckHashable(value));
                break;
            case FrameKind.Dict:
                Containers.AddToDict(ref top, value);
                break;
            case FrameKind.Failure:
                RemoteFailure.AddToState(ref top, value);
                break;
            default:
                throw new BananaException($"A {type.ToWord()} token cannot stand at this place of a {top.Kind} sequence.");
        }
    }

    private void AddArgument(ref Frame top, TokenType type, object? value)
    {
        Require(top.Number >= 0, "The count of positional arguments must be an INT token.");
        if (top.Members < top.Number)
        {
            _message.AddArgument(value);
            top.Members++;
        }
        else if (top.Extra is string keyword)
        {
            _message.SetKeyword(keyword, value);
            top.Extra = null;
        }
        else
        {
            throw new BananaException($"A {type.ToWord()} token stands where the name of a keyword argument belongs.");
        }
    }

    private static void CheckComplete(in Frame frame)
    {
        bool complete = frame.Kind switch
        {
            FrameKind.Call => frame.Members == 4,
            FrameKind.Arguments => frame.Number >= 0 && frame.Members == frame.Number && frame.Extra is null,
            FrameKind.Answer or FrameKind.Error => frame.Members == 2,
            FrameKind.Unicode or FrameKind.Boolean or FrameKind.Reference or FrameKind.YourReference => frame.Members == 1,
            FrameKind.MyReference => frame.Members >= 1,
            _ => true,
        };
        Require(complete, $"A {frame.Kind} sequence ended too early.");
    }

    private object? Finish(in Frame closed)
    {
        switch (closed.Kind)
        {
            case FrameKind.Tuple:
                ((BananaTuple)closed.Value!).Complete((List<object?>)closed.Extra!);
                return closed.Value;
            case FrameKind.FrozenSet:
                return Containers.Freeze((List<object?>)closed.Extra!);
            case FrameKind.Reference:
                return _frames.FindContainer(closed.Number);
            case FrameKind.MyReference:
                return _message.ReceiveReference(closed.Number, (string?)closed.Extra);
            case FrameKind.YourReference:
                return _message.FindTarget(closed.Number);
            default:
                return closed.Value;
        }
    }

    private string GetName(in ReadOnlySequence<byte> bytes) =>
        bytes.IsSingleSegment ? _names.Get(bytes.FirstSpan) : _names.Get(bytes.ToArray());

    private static string GetText(in ReadOnlySequence<byte> bytes)
    {
        try
        {
            return NameCache.StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new ViolationException($"A text is not UTF-8: {Excerpt.Of(bytes)}");
        }
    }

    private static void Require(bool condition, string rule)
    {
        if (!condition)
        {
            throw new BananaException(rule);
        }
    }
}
