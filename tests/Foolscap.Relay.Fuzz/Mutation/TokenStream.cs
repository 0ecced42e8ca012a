using Foolscap.Tubs.Banana;

namespace Foolscap.Relay.Fuzz.Mutation;

/// <summary>Bytes taken apart into tokens, without regard to what they mean.</summary>
/// <param name="Tokens">The complete tokens.</param>
/// <param name="Rest">What is behind them: no token, or not a whole one.</param>
internal sealed record TokenStream(List<Token> Tokens, byte[] Rest)
{
    private const int MaxHeaderLength = 64;

    /// <summary>Whether whoever reads this stands at the border of a token afterwards.</summary>
    public bool IsWhole => Rest.Length == 0;

    /// <summary>How many sequences are open at the end; less than none if too many were closed.</summary>
    public int Depth => Tokens.Sum(token => token.IsOpen ? 1 : token.IsClose ? -1 : 0);

    public static TokenStream Parse(ReadOnlySpan<byte> bytes)
    {
        List<Token> tokens = [];
        int position = 0;
        while (TryRead(bytes[position..], out Token token, out int length))
        {
            tokens.Add(token);
            position += length;
        }

        return new TokenStream(tokens, bytes[position..].ToArray());
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, out Token token, out int length)
    {
        (token, length) = (default, 0);
        int header = bytes.IndexOfAnyInRange((byte)0x80, (byte)0xFF);
        if (header is < 0 or > MaxHeaderLength || !Enum.IsDefined((TokenType)bytes[header]))
        {
            return false;
        }

        Token read = new(bytes[..header].ToArray(), bytes[header], []);
        ulong body = Token.HasLength(read.Type) ? read.Value : read.Type == (byte)TokenType.Float ? 8UL : 0;
        if (header > 9 || body > (ulong)(bytes.Length - header - 1))
        {
            return false;
        }

        length = header + 1 + (int)body;
        token = read with { Body = bytes[(header + 1)..length].ToArray() };
        return true;
    }

    public byte[] ToBytes()
    {
        List<byte> bytes = new(Tokens.Count * 3);
        foreach (Token token in Tokens)
        {
            bytes.AddRange(token.Header);
            bytes.Add(token.Type);
            bytes.AddRange(token.Body);
        }

        bytes.AddRange(Rest);
        return [.. bytes];
    }
}
