using System.Threading.Channels;
using Foolscap.Furls;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Client.Tests.Fixtures;

/// <summary>A relay, played by a test: a Tub with a registrar whose calls are answered by hand.</summary>
internal sealed class ScriptedRelay : IReferenceable, IAsyncDisposable
{
    private static readonly TubOptions Patient = new() { KeepaliveTimeout = Timeout.InfiniteTimeSpan, DisconnectTimeout = Timeout.InfiniteTimeSpan };

    private readonly Channel<RegistrarCall> _calls = Channel.CreateUnbounded<RegistrarCall>();
    private readonly InMemoryNetwork _network;
    private readonly TestTub _tub;

    public ScriptedRelay(InMemoryNetwork network, TubCertificate certificate)
    {
        _network = network;
        _tub = new TestTub(network, certificate, Patient);
        Furl = _tub.Tub.Register(this);
    }

    public Furl Furl { get; }

    public TubId TubId => _tub.TubId;

    public ConnectionHint Hint => _tub.Hint;

    /// <summary>How many calls have come and not been looked at.</summary>
    public int Waiting => _calls.Reader.Count;

    public static Dictionary<object, object?> GoodAnswer(string hint, int? window = null)
    {
        Dictionary<object, object?> answer = new() { ["version"] = 1, ["hints"] = new List<object?> { hint } };
        if (window is not null)
        {
            answer["window"] = window;
        }

        return answer;
    }

    public ValueTask<object?> CallAsync(RemoteCall call)
    {
        RegistrarCall scripted = new(call);
        _calls.Writer.TryWrite(scripted);
        return new ValueTask<object?>(scripted.Answering);
    }

    /// <summary>The next call, which must be of this method.</summary>
    public async Task<RegistrarCall> NextAsync(string method)
    {
        RegistrarCall call = await _calls.Reader.ReadAsync().Within($"a call of {method}() at the registrar");
        Assert.That(call.Call.Method, Is.EqualTo(method));
        return call;
    }

    /// <summary>Takes the next registration.</summary>
    public async Task<RegistrarCall> RegisterAsync(int? window = null)
    {
        RegistrarCall call = await NextAsync("register");
        call.Answer(GoodAnswer(Hint.ToString(), window));
        return call;
    }

    public void GoOffline() => _network.Detach(Hint);

    public void GoOnline() => _network.Attach(Hint, _tub.Listener);

    public ValueTask DisposeAsync() => _tub.DisposeAsync();
}

/// <summary>One call of the registrar that a test answers.</summary>
internal sealed class RegistrarCall(RemoteCall call)
{
    private readonly TaskCompletionSource<object?> _answer = new();

    public RemoteCall Call => call;

    public string TubId => call.Get<string>(0);

    public RemoteReference Listener { get; } = call.Get<RemoteReference>(1);

    public Dictionary<object, object?> Options => call.Get<Dictionary<object, object?>>(2);

    public Task<object?> Answering => _answer.Task;

    public void Answer(object? answer) => _answer.SetResult(answer);

    public void Refuse(string reason) => _answer.SetException(new ViolationException(reason));

    /// <summary>Offers a connection.</summary>
    public Task<object?> BeginAccept(IReferenceable responder, object? info = null) =>
        Listener.CallAsync("accept", [responder, info ?? new Dictionary<object, object?> { ["peer"] = "198.51.100.7:4711" }]);

    /// <summary>Offers a connection, which the client takes.</summary>
    public async Task<RemoteReference> AcceptAsync(IReferenceable responder) =>
        (RemoteReference)(await BeginAccept(responder).Within("the answer to accept()"))!;
}
