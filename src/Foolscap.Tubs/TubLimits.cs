namespace Foolscap.Tubs;

/// <summary>
/// How much of each thing a peer may make a Tub hold. Everything that comes from the wire is counted before it is
/// stored; passing a limit gives the peer a readable error and ends that call, or that connection where noted.
/// </summary>
public sealed record TubLimits
{
    /// <summary>The defaults: generous to an authenticated peer, safe for a process of ordinary size.</summary>
    public static TubLimits Default { get; } = new();

    /// <summary>
    /// For Tubs that take and send small messages only, and talk to many strangers: a message has 256 KiB at most, and a
    /// connection may make the Tub hold a few MiB. Right for a relay's own Tub: a peer writes 65,536 bytes to it at a time.
    /// </summary>
    public static TubLimits Small { get; } = new()
    {
        MaxStringBytes = 65_536,
        MaxMessageBytes = 256 * 1024,
        MaxMessageTokens = 10_000,
        MaxDepth = 20,
        MaxPendingCalls = 1000,
        MaxPendingBytes = 1024 * 1024,
        MaxUnsentBytes = 4 * 1024 * 1024,
        MaxTotalBytes = 256 * 1024 * 1024,
    };

    /// <summary>The longest byte string or text, in bytes. Foolscap sets none; 32 MiB by default.</summary>
    public int MaxStringBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>The longest integer, in bytes of its magnitude. 8,192 by default (19,728 decimal digits).</summary>
    public int MaxIntegerBytes { get; init; } = 8 * 1024;

    /// <summary>All byte strings, texts and long integers of one call or answer together, in bytes. 64 MiB by default.</summary>
    public int MaxMessageBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>All tokens of one call or answer together. A million by default: about 64 MB of boxed values.</summary>
    public int MaxMessageTokens { get; init; } = 1_000_000;

    /// <summary>How deep sequences may nest in one call or answer. 100 by default.</summary>
    public int MaxDepth { get; init; } = 100;

    /// <summary>
    /// Calls of one connection that this Tub has taken and not answered; byte strings that an <see cref="IByteStringReceiver"/>
    /// takes do not count, it has limits of its own. 4,096 by default.
    /// </summary>
    public int MaxPendingCalls { get; init; } = 4096;

    /// <summary>
    /// What all calls of one connection that this Tub has taken and not answered, and the message that is arriving, may
    /// hold together, in bytes: their byte strings, texts and long integers as long as they are on the wire, and 64 bytes for
    /// each token (192 for one that opens a list, tuple, dict or set). 128 MiB by default: room for one message at its own limits (64 MiB and a million
    /// tokens), or for two thousand calls with 64 KiB each. At least <see cref="MaxMessageBytes"/>.
    /// </summary>
    /// <remarks>
    /// A call that would pass it is answered with a <see cref="ViolationException"/>, and the rest of it is skipped without
    /// being kept; the connection lives on. A call counts until it is answered. Messages of up to
    /// 65 KiB are judged when they are complete, and byte strings of that length that an <see cref="IByteStringReceiver"/>
    /// takes are not counted: nobody keeps them, so they need not wait for what others hold.
    /// </remarks>
    public long MaxPendingBytes { get; init; } = 128 * 1024 * 1024;

    /// <summary>
    /// Objects of the peer to which one connection may hold references, and objects of this Tub to which the peer
    /// may. 100,000 by default.
    /// </summary>
    public int MaxReferences { get; init; } = 100_000;

    /// <summary>
    /// Bytes that wait to be sent on one connection, and that are being sent. A peer that asks for more than this and does not read its answers
    /// loses the connection; calls that this side makes wait instead. 128 MiB by default.
    /// </summary>
    public int MaxUnsentBytes { get; init; } = 128 * 1024 * 1024;

    /// <summary>
    /// What the peers of all connections of one Tub may make it hold together, in bytes as <see cref="MaxPendingBytes"/>
    /// counts them: the messages that are arriving, as far as they are there, calls that wait for their answers, and answers
    /// that the peers do not read. 512 MiB by default: four connections at their own limits, or some hundred with a few MiB
    /// each; anybody can make himself as many identities as he likes, so the limits of one connection do not protect a process.
    /// At least <see cref="MaxPendingBytes"/>.
    /// </summary>
    /// <remarks>
    /// Beyond it a message longer than 65 KiB is answered with a <see cref="ViolationException"/> and skipped, and so is a call
    /// on a connection whose calls hold more than 64 KiB; a connection with more than 64 KiB of answers that wait for the
    /// peer is lost when another answer comes. Others go on: each connection may hold 64 KiB in any case, which do not
    /// count until they are passed.
    /// </remarks>
    public long MaxTotalBytes { get; init; } = 512 * 1024 * 1024;

    /// <summary>The state beyond <see cref="MaxTotalBytes"/>, as part of a sentence.</summary>
    internal string TotalBytesText => $"all connections of this Tub together hold more than {MaxTotalBytes} bytes, the limit ({nameof(MaxTotalBytes)})";

    /// <summary>What a message is answered that comes when <see cref="MaxTotalBytes"/> is passed.</summary>
    internal ViolationException TooManyTotalBytes() => new($"The message is not taken: {TotalBytesText}.");

    /// <summary>What a call is answered that would pass <see cref="MaxPendingBytes"/>.</summary>
    internal ViolationException TooManyPendingBytes() =>
        new($"The calls that wait for their answers on this connection would hold more than {MaxPendingBytes} bytes, the limit ({nameof(MaxPendingBytes)}).");

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxStringBytes, 65_536, nameof(MaxStringBytes));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxIntegerBytes, 8, nameof(MaxIntegerBytes));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxMessageBytes, MaxStringBytes, nameof(MaxMessageBytes));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxMessageTokens, 100, nameof(MaxMessageTokens));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxDepth, 10, nameof(MaxDepth));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxPendingCalls, 1, nameof(MaxPendingCalls));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxPendingBytes, MaxMessageBytes, nameof(MaxPendingBytes));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxReferences, 1, nameof(MaxReferences));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxUnsentBytes, 1024 * 1024, nameof(MaxUnsentBytes));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxTotalBytes, MaxPendingBytes, nameof(MaxTotalBytes));
    }
}
