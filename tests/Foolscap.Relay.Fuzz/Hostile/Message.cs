using System.Text;
using Foolscap.Relay.Fuzz.Mutation;
using Foolscap.Tubs.Banana;

namespace Foolscap.Relay.Fuzz.Hostile;

/// <summary>One message of the other end, or one PONG, as the tokens that it is made of.</summary>
internal sealed record Message(IReadOnlyList<Token> Tokens)
{
    private static readonly byte[] MyReference = "my-reference"u8.ToArray();

    /// <summary>The message's request, where it is a call, an answer or an error.</summary>
    public long RequestId => Tokens.Count > 2 ? (long)Tokens[2].Value : 0;

    /// <summary>The ids of the objects that the message brings.</summary>
    public IEnumerable<long> References
    {
        get
        {
            for (int i = 1; i + 1 < Tokens.Count; i++)
            {
                if (Tokens[i - 1].IsOpen && Word(Tokens[i]).AsSpan().SequenceEqual(MyReference))
                {
                    yield return (long)Tokens[i + 1].Value;
                }
            }
        }
    }

    public bool IsPong(ulong number) => Tokens is [{ Type: (byte)TokenType.Pong } pong] && pong.Value == number;

    public bool IsCallOf(string method) => Is("call") && Tokens.Count > 4 && Text(Tokens[4]) == method;

    /// <summary>Whether this ends a request of the hostile side.</summary>
    public bool IsAnswerTo(long requestId) => (Is("answer") || Is("error")) && RequestId == requestId;

    public bool IsError => Is("error");

    private bool Is(string type) => Tokens.Count > 2 && Text(Tokens[1]) == type;

    private static string Text(Token token) => Encoding.UTF8.GetString(Word(token));

    private static byte[] Word(Token token) =>
        token.Type == (byte)TokenType.Vocab && Vocabulary.TryGetWord(token.Value, out byte[]? word) ? word : token.Body;
}

/// <summary>Cuts what the other end sends into messages.</summary>
internal sealed class MessageReader
{
    private byte[] _rest = [];
    private readonly List<Token> _tokens = [];
    private int _depth;

    public void Read(ReadOnlySpan<byte> bytes, Action<Message> onMessage)
    {
        byte[] all = [.. _rest, .. bytes];
        int position = 0;
        while (TokenStream.TryRead(all.AsSpan(position), out Token token, out int length))
        {
            position += length;
            if (token.Type is (byte)TokenType.Ping or (byte)TokenType.Pong or (byte)TokenType.Error)
            {
                onMessage(new Message([token]));
                continue;
            }

            _depth += token.IsOpen ? 1 : token.IsClose ? -1 : 0;
            _tokens.Add(token);
            if (_depth == 0)
            {
                onMessage(new Message([.. _tokens]));
                _tokens.Clear();
            }
        }

        _rest = all[position..];
    }
}
