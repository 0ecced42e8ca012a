using System.Globalization;
using System.Numerics;

namespace Foolscap.Relay.Hosting.Configuration;

/// <summary>A number of anything but bytes and time.</summary>
internal sealed class NumberKind<T>(T min, T max, string type, string allowed) : ValueKind<T>(type, allowed)
    where T : struct, INumber<T>
{
    public override string? Read(string text, out T value) =>
        T.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value)
            ? null
            : $"is no {Type}";

    // Written so that what is no number at all is out of range, too.
    public override string? Check(T value) => value >= min && value <= max ? null : "is out of range";

    public override string Format(T value) => value.ToString(null, CultureInfo.InvariantCulture);
}

/// <summary>A number of bytes, with or without a unit: 268435456, 256MiB.</summary>
internal sealed class SizeKind<T>(T min, T max) : ValueKind<T>("size", $"{Sizes.Format(min)} to {Sizes.Format(max)}")
    where T : struct, IBinaryInteger<T>
{
    public override string? Read(string text, out T value)
    {
        value = default;
        if (Sizes.Read(text) is not Int128 bytes)
        {
            return "is no size: a whole number of bytes, or one with KiB, MiB or GiB behind it";
        }

        value = T.CreateSaturating(bytes);
        return null;
    }

    public override string? Check(T value) => value >= min && value <= max ? null : "is out of range";

    public override string Format(T value) => Sizes.Format(value);
}

/// <summary>A number of bytes that may be turned off.</summary>
internal sealed class OptionalSizeKind(long min) : ValueKind<long?>("size", $"\"off\", or {Sizes.Format(min)} and more")
{
    private readonly SizeKind<long> _size = new(min, long.MaxValue);

    public override string? Read(string text, out long? value)
    {
        value = null;
        if (Words.IsOff(text))
        {
            return null;
        }

        string? problem = _size.Read(text, out long size);
        value = size;
        return problem;
    }

    public override string? Check(long? value) => value is long size ? _size.Check(size) : null;

    public override string Format(long? value) => value is long size ? _size.Format(size) : Words.Off;
}

/// <summary>Numbers of bytes as texts.</summary>
internal static class Sizes
{
    private static readonly (string Unit, long Bytes)[] Units = [("GiB", 1L << 30), ("MiB", 1L << 20), ("KiB", 1L << 10)];

    public static Int128? Read(string text)
    {
        foreach ((string unit, long bytes) in Units)
        {
            if (text.EndsWith(unit, StringComparison.OrdinalIgnoreCase))
            {
                return ReadWhole(text[..^unit.Length].TrimEnd()) * bytes;
            }
        }

        return ReadWhole(text);
    }

    public static string Format<T>(T value)
        where T : struct, IBinaryInteger<T>
    {
        foreach ((string unit, long bytes) in Units)
        {
            (T count, T rest) = T.DivRem(value, T.CreateSaturating(bytes));
            if (rest == T.Zero && count > T.Zero)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{count}{unit}");
            }
        }

        return value.ToString(null, CultureInfo.InvariantCulture);
    }

    // Of a long, so that no multiplication above overflows.
    private static Int128? ReadWhole(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) ? value : null;
}
