using Foolscap.Tubs.Banana;

namespace Foolscap.Relay.Fuzz.Mutation;

/// <summary>Numbers that stand in an input for those that are known only when it is sent.</summary>
internal static class Placeholders
{
    /// <summary>The request that the input is to answer.</summary>
    public const ulong RequestId = 1_000_001;

    /// <summary>The object that the input is to call.</summary>
    public const ulong Clid = 1_000_002;

    public static TokenStream Fill(TokenStream stream, long requestId, long clid)
    {
        List<Token> tokens = [.. stream.Tokens.Select(token => token switch
        {
            { Type: (byte)TokenType.Int, Value: RequestId } => Token.Of(TokenType.Int, (ulong)requestId),
            { Type: (byte)TokenType.Int, Value: Clid } => Token.Of(TokenType.Int, (ulong)clid),
            _ => token,
        })];
        return stream with { Tokens = tokens };
    }
}
