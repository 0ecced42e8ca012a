using System.Collections;
using System.Collections.Frozen;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;

namespace Foolscap.Tubs.Tests.Banana;

/// <summary>Values as Python's <c>repr</c> shows them, so that they can be held against what Python has shown.</summary>
internal static class PythonText
{
    public static string Of(object? value) => Of(value, []);

    private static string Of(object? value, List<object> around)
    {
        switch (value)
        {
            case null or DBNull:
                return "None";
            case bool truth:
                return truth ? "True" : "False";
            case long or BigInteger:
                return string.Create(CultureInfo.InvariantCulture, $"{value}");
            case double number:
                return OfDouble(number);
            case byte[] bytes:
                return "b" + Quote(Encoding.Latin1.GetString(bytes), escapeFrom: 0x7F);
            case string text:
                return Quote(text, escapeFrom: char.MaxValue);
            case RemoteReference reference:
                return $"<remote {reference.Clid}>";
            case IReferenceable:
                return "<local>";
        }

        if (around.Exists(outer => ReferenceEquals(outer, value)))
        {
            return "...";
        }

        around.Add(value);
        string shown = OfContainer(value, around);
        around.RemoveAt(around.Count - 1);
        return shown;
    }

    private static string OfContainer(object value, List<object> around)
    {
        List<string> members = value is IDictionary dict
            ? [.. dict.Keys.Cast<object>().Select(key => $"{Of(key, around)}: {Of(dict[key], around)}")]
            : [.. ((IEnumerable)value).Cast<object?>().Select(member => Of(member, around))];
        string inside = string.Join(", ", members);
        return value switch
        {
            ITuple => members.Count == 1 ? $"({inside},)" : $"({inside})",
            FrozenSet<object?> => $"frozenset({{{inside}}})",
            HashSet<object?> => members.Count == 0 ? "set()" : $"{{{inside}}}",
            IDictionary => $"{{{inside}}}",
            _ => $"[{inside}]",
        };
    }

    private static string OfDouble(double number)
    {
        if (double.IsInfinity(number) || double.IsNaN(number))
        {
            return double.IsNaN(number) ? "nan" : number > 0 ? "inf" : "-inf";
        }

        string text = number.ToString("R", CultureInfo.InvariantCulture).ToLowerInvariant();
        return text.Contains('.', StringComparison.Ordinal) || text.Contains('e', StringComparison.Ordinal) ? text : text + ".0";
    }

    private static string Quote(string text, int escapeFrom)
    {
        StringBuilder quoted = new("'");
        foreach (char character in text)
        {
            quoted.Append(character switch
            {
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                < ' ' => $"\\x{(int)character:x2}",
                _ when character >= escapeFrom => $"\\x{(int)character:x2}",
                _ => character.ToString(),
            });
        }

        return quoted.Append('\'').ToString();
    }
}
