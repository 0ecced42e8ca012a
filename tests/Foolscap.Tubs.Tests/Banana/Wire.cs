using System.Globalization;
using System.Text;
using Foolscap.Tubs.Banana;

namespace Foolscap.Tubs.Tests.Banana;

/// <summary>
/// Writes banana as text: <c>(call 1 0 'm' (arguments 1 (list 7 'x' 1.5)))</c>. A parenthesis opens a sequence, whose
/// type comes first; <c>'x'</c> is a byte string, <c>ABORT</c> and <c>PING</c> are tokens, and <c>#ff81</c> is raw bytes.
/// </summary>
internal static class Wire
{
    public static byte[] Bytes(string text)
    {
        OutputBuffer output = new();
        BananaWriter writer = new(output);
        Stack<long> open = new();
        bool typeNext = false;
        for (int i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case ' ':
                    break;
                case '(':
                    open.Push(writer.NextOpen);
                    WriteOpen(output, writer.NextOpen++);
                    typeNext = true;
                    break;
                case ')':
                    writer.Close(open.Pop());
                    break;
                case '\'':
                    int end = text.IndexOf('\'', i + 1);
                    writer.Bytes(Encoding.UTF8.GetBytes(text[(i + 1)..end]));
                    i = end;
                    break;
                default:
                    int start = i;
                    while (i < text.Length && text[i] is not (' ' or '(' or ')'))
                    {
                        i++;
                    }

                    WriteWord(writer, text[start..i], typeNext);
                    typeNext = false;
                    i--;
                    break;
            }
        }

        return output.ToArray();
    }

    /// <summary>One call of method m on object 5 with one argument.</summary>
    public static byte[] Call(string argument, int requestId = 1) => Bytes($"(call {requestId} 5 'm' (arguments 1 {argument}))");

    private static void WriteOpen(OutputBuffer output, long number)
    {
        // The writer's own Open wants a type of the vocabulary.
        do
        {
            output.Write([(byte)(number & 0x7F)]);
            number >>= 7;
        }
        while (number != 0);
        output.Write([(byte)TokenType.Open]);
    }

    private static void WriteWord(BananaWriter writer, string word, bool isType)
    {
        if (word.StartsWith('#'))
        {
            writer.Output.Write(Convert.FromHexString(word.AsSpan(1)));
        }
        else if (isType)
        {
            writer.Bytes(Encoding.UTF8.GetBytes(word));
        }
        else if (word == "ABORT")
        {
            writer.Output.Write([0, (byte)TokenType.Abort]);
        }
        else if (word == "PING")
        {
            writer.Ping(0);
        }
        else if (long.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number))
        {
            writer.Integer(number);
        }
        else
        {
            writer.Float(double.Parse(word, CultureInfo.InvariantCulture));
        }
    }
}
