using System.Security.Cryptography;
using Foolscap.Furls;
using Foolscap.Tubs;

namespace Foolscap.Relay.Interop.Tests.Peers;

/// <summary>The caller B with the same steps as caller_b.py.</summary>
internal sealed class CSharpCaller(Furl furl) : ICallerPeer
{
    private readonly Tub _tub = new(TubCertificate.Create());
    private readonly List<object?> _pings = [];
    private RemoteReference? _c;
    private Referenceable? _mine;

    private RemoteReference C => _c ?? throw new InvalidOperationException("B has not been run yet.");

    /// <summary>What C calls back.</summary>
    private Referenceable Mine => _mine ??= new Referenceable().On("ping", call =>
    {
        _pings.Add(call.Arguments[0]);
        return new List<object?> { "pong", call.Arguments[0] };
    });

    public async Task RunAsync(params IReadOnlyList<string> steps)
    {
        _c = await _tub.GetReferenceAsync(furl).For("B's reference to C");
        foreach (string step in steps)
        {
            Task run = step switch
            {
                CallerSteps.Types => SendTypesAsync(),
                CallerSteps.Error => FailAsync(),
                CallerSteps.Callback => BeCalledBackAsync(),
                CallerSteps.Up => SendUpAsync(),
                CallerSteps.Down => FetchDownAsync(),
                CallerSteps.Many => CallManyAtOnceAsync(),
                CallerSteps.Hello => SayHelloAsync(),
                _ => throw new ArgumentException($"B knows no step '{step}'."),
            };
            await run.For($"step {step} of B in C#");
        }
    }

    public Task<long> AskLostAsync() => C.CallAsync<long>("lost").For("C's answer to B's question for losses");

    public Task DropAsync() => C.Connection.CloseAsync().For("the end of B's connection");

    public Task<Task> WatchAsync() => Task.FromResult<Task>(C.Connection.Ended);

    public async ValueTask DisposeAsync() => await _tub.DisposeAsync().AsTask().For("the end of B's Tub");

    private Task<object?> EchoAsync(object? value) => C.CallAsync("echo", [value]);

    private async Task SendTypesAsync()
    {
        foreach (object? value in PythonValues.All)
        {
            object? answer = await EchoAsync(value);
            Assert.That(PythonValues.AreSame(value, answer), Is.True, () => $"{PythonValues.Describe(value)} came back as {PythonValues.Describe(answer)}");
        }

        List<object?> twin = [1L];
        CheckTwins([twin, twin], await EchoAsync(new List<object?> { twin, twin }));
        List<object?> everything = [.. PythonValues.All, twin, twin];
        CheckTwins(everything, await EchoAsync(everything));
    }

    /// <summary>The last two members are one list, sent twice; they have to come back as one list.</summary>
    private static void CheckTwins(List<object?> sent, object? answer)
    {
        Assert.That(PythonValues.AreSame(sent, answer), Is.True, () => $"The list came back as {PythonValues.Describe(answer)}");
        List<object?> received = (List<object?>)answer!;
        Assert.That(received[^1], Is.SameAs(received[^2]), "The twins came back as two lists.");
    }

    private async Task FailAsync()
    {
        const string Message = "this is meant to fail: grüß";
        RemoteException? failure = await Assert.ThrowsAsync<RemoteException>(() => C.CallAsync("fail", [Message]));
        Assert.That(failure!.RemoteMessage, Does.Contain(Message));
        Assert.That(failure.RemoteType, Is.EqualTo("System.ArgumentException").Or.EqualTo("builtins.ValueError"));
        Assert.That(await EchoAsync("alive"), Is.EqualTo("alive"), "The connection is dead after an error answer.");
    }

    private async Task BeCalledBackAsync()
    {
        Dictionary<object, object?> value = new() { ["value"] = new List<object?> { 1L, "two", "three"u8.ToArray() } };
        object? answer = await C.CallAsync("callback", [Mine, value]);
        Assert.That(PythonValues.AreSame(new List<object?> { "pong", value }, answer), Is.True, () => $"answered {PythonValues.Describe(answer)}");
        Assert.That(_pings, Has.Count.EqualTo(1));
        Assert.That(PythonValues.AreSame(value, _pings[0]), Is.True, () => $"ping got {PythonValues.Describe(_pings[0])}");
    }

    private async Task SendUpAsync()
    {
        byte[] data = RandomNumberGenerator.GetBytes(CallerSteps.Size);
        Assert.That(await C.CallAsync<string>("sha256", [data]), Is.EqualTo(Convert.ToHexStringLower(SHA256.HashData(data))));
    }

    private async Task FetchDownAsync()
    {
        BananaTuple answer = await C.CallAsync<BananaTuple>("blob", [CallerSteps.Size]);
        byte[] data = (byte[])answer[0]!;
        Assert.That(data, Has.Length.EqualTo(CallerSteps.Size));
        Assert.That(Convert.ToHexStringLower(SHA256.HashData(data)), Is.EqualTo(answer[1]));
    }

    private async Task CallManyAtOnceAsync()
    {
        // C itself answers the slow ones behind the others; if they held those up, no answer would come.
        object?[] answers = await Task.WhenAll(Enumerable.Range(0, 32).Select(
            i => C.CallAsync(i % 2 == 0 ? "slow" : "echo", [new List<object?> { "call", (long)i }])));
        for (int i = 0; i < answers.Length; i++)
        {
            Assert.That(PythonValues.AreSame(new List<object?> { "call", (long)i }, answers[i]), Is.True, $"call {i} answered {PythonValues.Describe(answers[i])}");
        }
    }

    private async Task SayHelloAsync() => Assert.That(await C.CallAsync("hello", [Mine]), Is.Null);
}
