using System.Collections;
using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Text;

namespace Foolscap.Tubs.Banana;

/// <summary>Received values as the type that a program asks for.</summary>
internal static class ReceivedValue
{
    public static bool TryConvert<T>(object? value, [MaybeNullWhen(false)] out T converted)
    {
        switch (value)
        {
            case T same:
                converted = same;
                return true;
            case null:
                // None is a value of every type that has null.
                converted = default;
                return default(T) is null;
            case long number when typeof(T) == typeof(int) && number is >= int.MinValue and <= int.MaxValue:
                converted = (T)(object)(int)number;
                return true;
            case long number when typeof(T) == typeof(BigInteger):
                converted = (T)(object)(BigInteger)number;
                return true;
            case long number when typeof(T) == typeof(double):
                converted = (T)(object)(double)number;
                return true;
            case byte[] bytes when typeof(T) == typeof(string) && Ascii.IsValid(bytes):
                converted = (T)(object)Encoding.ASCII.GetString(bytes);
                return true;
            case byte[] bytes when typeof(T) == typeof(ReadOnlyMemory<byte>):
                converted = (T)(object)(ReadOnlyMemory<byte>)bytes;
                return true;
            default:
                converted = default;
                return false;
        }
    }

    /// <summary>A value's type in Foolscap's words, for messages.</summary>
    public static string Describe(object? value) => value switch
    {
        null => "None",
        bool => "a boolean",
        long or BigInteger => "an integer",
        double => "a float",
        byte[] => "a byte string",
        string => "text",
        BananaTuple => "a tuple",
        FrozenSet<object?> => "a frozenset",
        ISet<object?> => "a set",
        IDictionary => "a dict",
        IList => "a list",
        RemoteReference => "a remote reference",
        IReferenceable => "a reference to an object of this Tub",
        _ => value.GetType().Name,
    };

    /// <summary>The type that was asked for, in Foolscap's words where it has one.</summary>
    public static string Describe(Type type)
    {
        if (type == typeof(int) || type == typeof(long) || type == typeof(BigInteger))
        {
            return type == typeof(int) ? "an integer of 32 bits" : "an integer";
        }

        if (type == typeof(string))
        {
            return "text";
        }

        if (type == typeof(byte[]) || type == typeof(ReadOnlyMemory<byte>))
        {
            return "a byte string";
        }

        if (type == typeof(bool))
        {
            return "a boolean";
        }

        if (type == typeof(double))
        {
            return "a float";
        }

        if (type == typeof(RemoteReference))
        {
            return "a remote reference";
        }

        return typeof(IDictionary).IsAssignableFrom(type) ? "a dict" : type.Name;
    }
}
