using System.Buffers;
using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Foolscap.Tubs;
using Foolscap.Tubs.Banana;

namespace Foolscap.Relay.Fuzz.Targets;

/// <summary>
/// The other side of a decoder: knows a few objects and requests, and writes down what it hears if it is to. It knows
/// nothing of connections.
/// </summary>
internal sealed class DecoderProbe(bool records) : IMessageHandler
{
    /// <summary>Objects of this side: 0 to 4 take calls, 5 to 7 byte strings.</summary>
    private const int KnownObjects = 8;
    private const int FirstReceiver = 5;
    private const int KnownRequests = 64;

    private static readonly IReferenceable Plain = new Referenceable();
    private static readonly IReferenceable Receiver = new ByteSink();

    private readonly StringBuilder _text = new();
    private int _references;

    public string Text => _text.ToString();

    public void End(BananaException exception) => Write($"ended {exception.Message}");

    public IReferenceable? FindTarget(long clid) => clid is < 0 or >= KnownObjects ? null : clid >= FirstReceiver ? Receiver : Plain;

    [SuppressMessage("Usage", "CA1816:Dispose methods should call SuppressFinalize", Justification = "It has no connection on which it could be released.")]
    public RemoteReference ReceiveMyReference(long clid, string? furl)
    {
        if (++_references > BananaTarget.Limits.MaxReferences)
        {
            throw new ViolationException("too many references");
        }

        Write($"received {clid} {furl}");
        RemoteReference reference = new(null!, clid, furl: null);
        GC.SuppressFinalize(reference);
        return reference;
    }

    public void Discard(RemoteReference reference)
    {
        _references--;
        Write($"discarded {reference.Clid}");
    }

    public long PendingBytes => 0;

    public void HandleCall(long requestId, IReferenceable target, RemoteCall call, long cost)
    {
        if (target == Receiver && call is { Keywords.Count: 0, Arguments: [byte[] data] })
        {
            // Whether bytes arrive in place is the decoder's business.
            HandleBytesCall(requestId, (IByteStringReceiver)target, call.Method, new ReadOnlySequence<byte>(data));
            return;
        }

        Write($"call {requestId} {call.Method}");
        Describe(call.Arguments, call.Keywords);
    }

    public void HandleBytesCall(long requestId, IByteStringReceiver target, string method, in ReadOnlySequence<byte> data) =>
        Write($"bytes {requestId} {method} {(records ? Convert.ToHexString(data.ToArray()) : null)}");

    public void HandleCallViolation(long requestId, ViolationException violation) => Write($"violation {requestId} {violation.Message}");

    public RemoteCall CreateCall(string method, List<object?> arguments, Dictionary<string, object?>? keywords) => new(method, arguments, keywords);

    public bool IsPending(long requestId) => requestId is > 0 and < KnownRequests;

    public void HandleAnswer(long requestId, object? value)
    {
        Write($"answer {requestId}");
        Describe(value);
    }

    public void HandleFailure(long requestId, FoolscapException failure) => Write($"failure {requestId} {failure.GetType().Name} {failure.Message}");

    public void HandlePing(ulong number) => Write($"ping {number}");

    public void HandlePeerError(string message) => throw new BananaException($"peer: {message}");

    private void Write(FormattableString line)
    {
        if (records)
        {
            _text.Append(CultureInfo.InvariantCulture, $"{FormattableString.Invariant(line)}\n");
        }
    }

    private void Describe(params object?[] values)
    {
        if (records)
        {
            Dictionary<object, int> seen = new(ReferenceEqualityComparer.Instance);
            foreach (object? value in values)
            {
                Describe(value, seen);
            }

            _text.Append('\n');
        }
    }

    /// <summary>Each container once: a few bytes can hold more members than there is time for.</summary>
    private void Describe(object? value, Dictionary<object, int> seen)
    {
        switch (value)
        {
            case null:
                _text.Append("None ");
                return;
            case string text:
                _text.Append('\'').Append(text).Append("' ");
                return;
            case byte[] bytes:
                _text.Append('b').Append(Convert.ToHexString(bytes)).Append(' ');
                return;
            case double number:
                _text.Append('f').Append(BitConverter.DoubleToInt64Bits(number)).Append(' ');
                return;
            case RemoteReference reference:
                _text.Append('@').Append(reference.Clid).Append(' ');
                return;
            case IEnumerable members:
                DescribeMembers(members, seen);
                return;
            default:
                _text.Append(CultureInfo.InvariantCulture, $"{value} ");
                return;
        }
    }

    private void DescribeMembers(IEnumerable members, Dictionary<object, int> seen)
    {
        if (!seen.TryAdd(members, seen.Count))
        {
            _text.Append('#').Append(seen[members]).Append(' ');
            return;
        }

        _text.Append(members.GetType().Name).Append('(');
        if (members is IDictionary dictionary)
        {
            foreach (DictionaryEntry entry in dictionary)
            {
                Describe(entry.Key, seen);
                Describe(entry.Value, seen);
            }
        }
        else
        {
            foreach (object? member in members)
            {
                Describe(member, seen);
            }
        }

        _text.Append(") ");
    }

    private sealed class ByteSink : IByteStringReceiver
    {
        public void Receive(string method, in ReadOnlySequence<byte> data, PendingAnswer answer)
        {
        }

        public ValueTask<object?> CallAsync(RemoteCall call) => default;
    }
}
