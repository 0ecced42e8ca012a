using Foolscap.Relay.Fuzz.Engine;
using Foolscap.Tubs.Banana;

namespace Foolscap.Relay.Fuzz.Mutation;

/// <summary>Mutations of messages: of tokens, whole sequences, and the numbers and names that mean something.</summary>
internal sealed class BananaMutator(params IReadOnlyList<string> names) : IMutator
{
    private static readonly ulong[] Numbers =
    [
        0, 1, 2, 3, 5, 77, 99, 127, 128, 255, 256, 65_535, 65_536, 65_537, 131_072, 262_144, int.MaxValue, 1UL << 31, uint.MaxValue, 1UL << 32,
        1UL << 40, long.MaxValue, 1UL << 63, ulong.MaxValue, Placeholders.RequestId, Placeholders.Clid,
    ];

    private static readonly byte[] Types =
    [
        0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x8B, 0x8D, 0x8E, 0x8F, 0x90, 0xFF,
    ];

    private static readonly string[] Known =
    [
        "call", "answer", "error", "arguments", "list", "tuple", "set", "immutable-set", "dict", "unicode", "boolean", "none", "reference",
        "my-reference", "your-reference", "their-reference", "copyable", "twisted.python.failure.Failure", "decref", "getReferenceByName", "clid",
        "count", "name", "value", "type", "traceback", "parents", "write", "close", "abort", "accept", "register", "unregister", "echo", "",
    ];

    private readonly IReadOnlyList<string> _names = [.. Known, .. names];

    public byte[] Mutate(byte[] input, FuzzRandom random, IReadOnlyList<byte[]> others)
    {
        TokenStream stream = TokenStream.Parse(input);
        for (int changes = 1 + random.Next(random.OneIn(4) ? 12 : 3); changes > 0; changes--)
        {
            if (stream.Tokens.Count == 0)
            {
                stream.Tokens.AddRange(TokenStream.Parse(random.Pick(others)).Tokens);
                continue;
            }

            if (random.OneIn(2))
            {
                MutateToken(stream.Tokens, random);
            }
            else
            {
                MutateSequence(stream.Tokens, random, others);
            }
        }

        return stream.ToBytes();
    }

    private void MutateToken(List<Token> tokens, FuzzRandom random)
    {
        int position = random.Next(tokens.Count);
        Token token = tokens[position];
        tokens[position] = random.Next(8) switch
        {
            0 => token with { Header = Token.Head(random.Pick(Numbers)) },
            1 => token with { Header = [.. token.Header, .. new byte[random.Next(80)]] }, // longer than it needs to be
            2 => token with { Header = random.Bytes(random.Next(70)).Select(digit => (byte)(digit & 0x7F)).ToArray() },
            3 => token with { Type = random.Pick(Types) },
            4 => Token.String(System.Text.Encoding.UTF8.GetBytes(random.Pick(_names))),
            5 => token with { Header = Token.Head(token.Value + (random.OneIn(2) ? 1UL : ulong.MaxValue)) },
            6 => Token.Of(random.OneIn(3) ? TokenType.Neg : TokenType.Int, random.Pick(Numbers)),
            _ => Token.HasLength(token.Type) ? Token.String(random.Bytes(random.Next(40))) : Token.Of(TokenType.Vocab, (ulong)random.Next(40)),
        };
    }

    private void MutateSequence(List<Token> tokens, FuzzRandom random, IReadOnlyList<byte[]> others)
    {
        int position = random.Next(tokens.Count);
        (int start, int length) = FindSequence(tokens, position);
        switch (random.Next(9))
        {
            case 0:
                tokens.RemoveRange(start, length);
                break;
            case 1:
                Repeat(tokens, start, length, random);
                break;
            case 2:
                tokens.RemoveAt(position);
                break;
            case 3:
                tokens.Insert(position, tokens[random.Next(tokens.Count)]);
                break;
            case 4:
                int other = random.Next(tokens.Count);
                (tokens[position], tokens[other]) = (tokens[other], tokens[position]);
                break;
            case 5:
                Wrap(tokens, start, length, random);
                break;
            case 6:
                Replace(tokens, start, length, TokenStream.Parse(random.Pick(others)).Tokens, random);
                break;
            case 7:
                tokens.RemoveRange(start, length);
                tokens.InsertRange(start, MakeValue(random, depth: 0));
                break;
            default:
                tokens.InsertRange(position, MakeValue(random, depth: 0));
                break;
        }
    }

    /// <summary>The sequence that opens at a token, or else the token alone.</summary>
    private static (int Start, int Length) FindSequence(List<Token> tokens, int position)
    {
        int depth = 0;
        for (int i = position; i < tokens.Count && tokens[position].IsOpen; i++)
        {
            depth += tokens[i].IsOpen ? 1 : tokens[i].IsClose ? -1 : 0;
            if (depth == 0)
            {
                return (position, i - position + 1);
            }
        }

        return (position, 1);
    }

    private static void Repeat(List<Token> tokens, int start, int length, FuzzRandom random)
    {
        List<Token> part = tokens.GetRange(start, length);
        int times = random.OneIn(6) ? random.Next(Math.Max(1, 2000 / length)) : 1;
        List<Token> all = [];
        for (int i = 0; i < times; i++)
        {
            all.AddRange(part);
        }

        tokens.InsertRange(start, all);
    }

    /// <summary>Puts a sequence around what is there, or many.</summary>
    private void Wrap(List<Token> tokens, int start, int length, FuzzRandom random)
    {
        int levels = random.OneIn(4) ? random.Next(200) : 1;
        byte[] type = System.Text.Encoding.ASCII.GetBytes(random.Pick(_names));
        List<Token> wrapped = [];
        for (int i = 0; i < levels; i++)
        {
            wrapped.Add(Token.Of(TokenType.Open, 7));
            wrapped.Add(Token.String(type));
        }

        wrapped.AddRange(tokens.GetRange(start, length));
        wrapped.AddRange(Enumerable.Repeat(Token.Of(TokenType.Close, 7), levels));
        tokens.RemoveRange(start, length);
        tokens.InsertRange(start, wrapped);
    }

    private static void Replace(List<Token> tokens, int start, int length, List<Token> others, FuzzRandom random)
    {
        if (others.Count > 0)
        {
            (int from, int count) = FindSequence(others, random.Next(others.Count));
            tokens.RemoveRange(start, length);
            tokens.InsertRange(start, others.GetRange(from, count));
        }
    }

    /// <summary>A value of any kind, as a list of tokens.</summary>
    private List<Token> MakeValue(FuzzRandom random, int depth)
    {
        if (depth > 5 || random.OneIn(2))
        {
            return [MakeAtom(random)];
        }

        ulong label = random.Next64() % 50;
        List<Token> tokens = [Token.Of(TokenType.Open, label), Token.String(System.Text.Encoding.ASCII.GetBytes(_names[random.Next(16)]))];
        for (int members = random.Next(5); members > 0; members--)
        {
            tokens.AddRange(MakeValue(random, depth + 1));
        }

        tokens.Add(Token.Of(TokenType.Close, label));
        return tokens;
    }

    private Token MakeAtom(FuzzRandom random) => random.Next(7) switch
    {
        0 => new Token([], (byte)TokenType.Float, random.Bytes(8)),
        1 => Token.Of(TokenType.Neg, random.Pick(Numbers)),
        2 => Token.Of(TokenType.Vocab, (ulong)random.Next(30)),
        3 => new Token(Token.Head(9), (byte)TokenType.LongInt, random.Bytes(9)),
        4 => Token.String(System.Text.Encoding.UTF8.GetBytes(random.Pick(_names))),
        5 => Token.String(random.Bytes(random.Next(30))),
        _ => Token.Of(TokenType.Int, random.Pick(Numbers)),
    };
}
