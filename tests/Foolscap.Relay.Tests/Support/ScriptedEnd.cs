using System.Threading.Channels;
using Foolscap.Tubs;

namespace Foolscap.Relay.Tests.Support;

/// <summary>The other end of a stream, played by a test: it keeps the calls in order, and a write is answered by hand.</summary>
internal sealed class ScriptedEnd : IReferenceable
{
    private readonly Channel<ScriptedCall> _calls = Channel.CreateUnbounded<ScriptedCall>();

    /// <summary>Whether a write is answered at once, with None.</summary>
    public bool AnswersAtOnce { get; init; }

    /// <summary>How many calls have come and not been looked at.</summary>
    public int Waiting => _calls.Reader.Count;

    public ValueTask<object?> CallAsync(RemoteCall call)
    {
        ScriptedCall scripted = new(call.Method, call.Arguments);
        _calls.Writer.TryWrite(scripted);
        return AnswersAtOnce || call.Method != RelayProtocol.Write ? default : new ValueTask<object?>(scripted.Answering);
    }

    /// <summary>The next call, which must be of this method.</summary>
    public async Task<ScriptedCall> NextAsync(string method)
    {
        ScriptedCall call = await _calls.Reader.ReadAsync().Within($"a call of {method}()");
        Assert.That(call.Method, Is.EqualTo(method), $"The next call has the arguments {string.Join(", ", call.Arguments)}.");
        return call;
    }

    /// <summary>The next call, of whatever method.</summary>
    public Task<ScriptedCall> NextAsync() => _calls.Reader.ReadAsync().Within("a call");

    /// <summary>The next call, which must be a write.</summary>
    public Task<ScriptedCall> NextWriteAsync() => NextAsync(RelayProtocol.Write);

    /// <summary>Takes writes that are answered at once, until they have carried so many bytes.</summary>
    public async Task<byte[]> TakeAnsweredAsync(int count)
    {
        List<byte> taken = [];
        while (taken.Count < count)
        {
            taken.AddRange((await NextWriteAsync()).Data);
        }

        return [.. taken];
    }

    /// <summary>Takes writes, and answers them, until they have carried so many bytes.</summary>
    public async Task<byte[]> TakeAsync(int count)
    {
        List<byte> taken = [];
        while (taken.Count < count)
        {
            ScriptedCall write = await NextWriteAsync();
            taken.AddRange(write.Data);
            write.Answer();
        }

        return [.. taken];
    }
}

/// <summary>One call that a test answers.</summary>
internal sealed class ScriptedCall(string method, IReadOnlyList<object?> arguments)
{
    // Continuations run at once, so that the answers leave in the order in which the test gives them.
    private readonly TaskCompletionSource<object?> _answer = new();

    public string Method => method;

    public IReadOnlyList<object?> Arguments => arguments;

    public byte[] Data => (byte[])arguments[0]!;

    public string Text => (string)arguments[0]!;

    public Task<object?> Answering => _answer.Task;

    public void Answer(object? value = null) => _answer.SetResult(value);

    public void Fail(string reason) => _answer.SetException(new ViolationException(reason));
}
