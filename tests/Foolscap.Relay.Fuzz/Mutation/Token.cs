using Foolscap.Tubs.Banana;

namespace Foolscap.Relay.Fuzz.Mutation;

/// <summary>One banana token as a stranger may write it: with any header, and any body.</summary>
internal readonly record struct Token(byte[] Header, byte Type, byte[] Body)
{
    public bool IsOpen => Type == (byte)TokenType.Open;

    public bool IsClose => Type == (byte)TokenType.Close;

    /// <summary>The header's number, as far as it fits.</summary>
    public ulong Value
    {
        get
        {
            ulong value = 0;
            for (int i = 0; i < Header.Length && i < 9; i++)
            {
                value |= (ulong)(Header[i] & 0x7F) << (7 * i);
            }

            return value;
        }
    }

    public static Token Of(TokenType type, ulong value) => new(Head(value), (byte)type, []);

    public static Token String(byte[] body) => new(Head((ulong)body.Length), (byte)TokenType.String, body);

    public static bool HasLength(byte type) =>
        type is (byte)TokenType.String or (byte)TokenType.Error or (byte)TokenType.LongInt or (byte)TokenType.LongNeg;

    public static byte[] Head(ulong value)
    {
        List<byte> digits = [];
        do
        {
            digits.Add((byte)(value & 0x7F));
            value >>= 7;
        }
        while (value != 0);
        return [.. digits];
    }
}
