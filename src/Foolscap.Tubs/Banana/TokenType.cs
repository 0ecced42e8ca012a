namespace Foolscap.Tubs.Banana;

/// <summary>The type byte of a banana token (<c>foolscap.tokens</c>); it follows the token's header.</summary>
internal enum TokenType : byte
{
    /// <summary>Of the older banana; ends the connection.</summary>
    List = 0x80,
    Int = 0x81,
    String = 0x82,
    Neg = 0x83,
    Float = 0x84,
    LongInt = 0x85,
    LongNeg = 0x86,
    Vocab = 0x87,
    Open = 0x88,
    Close = 0x89,
    Abort = 0x8A,
    Error = 0x8D,
    Ping = 0x8E,
    Pong = 0x8F,
}

/// <summary>The words of Foolscap's documents for the types of tokens.</summary>
internal static class TokenTypeExtensions
{
    public static string ToWord(this TokenType type) => type.ToString().ToUpperInvariant();
}
