using System.Globalization;

namespace Foolscap.Relay.Packages.Tests.PublicApi;

/// <summary>Writes constants and default values.</summary>
internal static class Literals
{
    public static string Write(object? value, Type type)
    {
        Type plain = Nullable.GetUnderlyingType(type) ?? type;
        return value switch
        {
            null => type.IsGenericParameter || (type.IsValueType && plain == type) ? "default" : "null",
            _ when plain.IsEnum => WriteEnum(plain, value),
            bool flag => flag ? "true" : "false",
            string text => $"\"{Escape(text)}\"",
            char letter => $"'{Escape(letter.ToString())}'",
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString() ?? "",
        };
    }

    private static string WriteEnum(Type type, object value) =>
        string.Join(" | ", Enum.ToObject(type, value).ToString()!.Split(", ").Select(name => char.IsAsciiDigit(name[0]) ? name : $"{type.Name}.{name}"));

    private static string Escape(string text) => text
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\r", "\\r", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
