using System.Text;
using Foolscap.Furls;
using Foolscap.Relay.Fuzz.Engine;
using Foolscap.Relay.Fuzz.Mutation;

namespace Foolscap.Relay.Fuzz.Targets;

/// <summary>FURLs, connection hints and TubIDs as text.</summary>
internal sealed class FurlTarget : FuzzTarget
{
    /// <summary>Three letters can be a hint of their own; and each text is parsed four times, and written again.</summary>
    private const int AllocationFactor = 400;
    private const int AllocationBase = 64 * 1024;

    private const string TubIdText = "qanuzrpavk5rsewvc4pth3jbecfecn2y";

    public override string Name => "furl";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. new[]
        {
            $"pb://{TubIdText}@tcp:192.0.2.7:3457/swissnum", $"pb://{TubIdText}@tcp:[2001:db8::1]:7000,tcp:relay.example.org:7000/a/b",
            $"pb://{TubIdText}@/name", $"pb://{TubIdText}@tor:abc.onion:80,i2p:x,unix:/run/x/name", "tcp:relay.example.org:7000",
            "tcp:[::1]:1", "tcp:localhost:65535", TubIdText, "pb://abcd@127.0.0.1:1234/x",
        }.Select(Encoding.ASCII.GetBytes),
    ];

    public override IMutator Mutator { get; } = new AnyMutator(
        new TextMutator("pb://", "pbu://", "PB://", TubIdText, "tcp:", "TCP:", "tor:", "[::1]", "127.0.0.1", ":3457", "@tcp:", ",tcp:h:1"), new ByteMutator());

    /// <summary>What is not UTF-8 becomes half of a surrogate pair, which no text should hold either.</summary>
    public static string ToText(byte[] input) => Encoding.UTF8.GetString(input).Replace('\uFFFD', '\uD800');

    public override Task RunAsync(byte[] input)
    {
        string text = ToText(input);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Check<Furl>(text, CheckFurl);
        Check<ConnectionHint>(text, CheckHint);
        Check<TubId>(text, _ => { });
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        long limit = AllocationBase + ((long)AllocationFactor * input.Length);
        return allocated <= limit
            ? Task.CompletedTask
            : throw new FuzzFailureException(FailureKind.Allocation, $"{allocated} bytes were allocated; {limit} are the limit.");
    }

    /// <summary>Parse and TryParse agree; what was parsed is the same after it was written and read again.</summary>
    private static void Check<T>(string text, Action<T> check)
        where T : class, ISpanParsable<T>
    {
        bool isGood = T.TryParse(text, provider: null, out T? tried);
        try
        {
            T parsed = T.Parse(text, provider: null);
            Require(isGood && parsed.Equals(tried), "Parse takes what TryParse refuses, or reads something else.");
            Require(parsed.Equals(T.Parse(parsed.ToString()!.AsSpan(), provider: null)), "What was parsed is not the same after ToString and Parse.");
            check(parsed);
        }
        catch (FurlFormatException exception)
        {
            Require(!isGood, "TryParse takes what Parse refuses.");
            Require(exception.Message.Length < 1000, "The message is as long as the stranger wants.");
        }
    }

    private static void CheckFurl(Furl furl)
    {
        Require(furl == new Furl(furl.TubId, furl.Hints, furl.Name), "A FURL cannot be made of its own parts.");
        Require(furl.ToRedactedString() == furl.WithName("other").ToRedactedString(), "The redacted FURL tells of the name.");
        foreach (ConnectionHint hint in furl.Hints)
        {
            CheckHint(hint);
        }
    }

    private static void CheckHint(ConnectionHint hint)
    {
        _ = hint.Type;
        if (hint.TryGetTcpEndpoint(out string? host, out int port))
        {
            Require(host.Length > 0 && port is > 0 and <= 65_535, "A TCP hint leads nowhere.");
        }
    }

    private static void Require(bool condition, string rule)
    {
        if (!condition)
        {
            throw new FuzzFailureException(FailureKind.Fault, rule);
        }
    }
}
