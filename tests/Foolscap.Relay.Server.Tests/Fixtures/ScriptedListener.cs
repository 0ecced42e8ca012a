using System.Threading.Channels;
using Foolscap.Relay.Tests.Support;
using Foolscap.Tubs;

namespace Foolscap.Relay.Server.Tests.Fixtures;

/// <summary>A client's listener, played by a test.</summary>
internal sealed class ScriptedListener : IReferenceable
{
    private readonly Channel<Acceptance> _calls = Channel.CreateUnbounded<Acceptance>();

    /// <summary>How many calls have come and not been looked at.</summary>
    public int Waiting => _calls.Reader.Count;

    public ValueTask<object?> CallAsync(RemoteCall call)
    {
        if (call.Method != "accept")
        {
            throw call.UnknownMethod();
        }

        Acceptance acceptance = new(call);
        _calls.Writer.TryWrite(acceptance);
        return new ValueTask<object?>(acceptance.Answering);
    }

    public Task<Acceptance> NextAsync() => _calls.Reader.ReadAsync().Within("a call of accept()");

    /// <summary>Takes the next connection.</summary>
    public async Task<(ScriptedEnd Handler, RemoteReference Responder)> AcceptAsync()
    {
        Acceptance acceptance = await NextAsync();
        ScriptedEnd handler = new();
        acceptance.Answer(handler);
        return (handler, acceptance.Responder);
    }
}

/// <summary>One connection that is offered.</summary>
internal sealed class Acceptance(RemoteCall call)
{
    private readonly TaskCompletionSource<object?> _answer = new();

    public int ArgumentCount => call.Arguments.Count;

    public RemoteReference Responder { get; } = call.Get<RemoteReference>(0);

    public Dictionary<object, object?> Info { get; } = call.Get<Dictionary<object, object?>>(1);

    public string Token => (string)Info[RelayProtocol.DirectKey]!;

    public Task<object?> Answering => _answer.Task;

    public void Answer(object? answer) => _answer.SetResult(answer);

    public void Refuse(string reason) => _answer.SetException(new ViolationException(reason));
}
