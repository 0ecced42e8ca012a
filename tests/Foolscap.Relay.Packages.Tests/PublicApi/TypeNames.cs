using System.Reflection;
using System.Runtime.CompilerServices;

namespace Foolscap.Relay.Packages.Tests.PublicApi;

/// <summary>Writes the names of types as C# does, without namespaces, with what is known of null.</summary>
internal static class TypeNames
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
        [typeof(bool)] = "bool",
        [typeof(char)] = "char",
        [typeof(byte)] = "byte",
        [typeof(sbyte)] = "sbyte",
        [typeof(short)] = "short",
        [typeof(ushort)] = "ushort",
        [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(float)] = "float",
        [typeof(double)] = "double",
        [typeof(decimal)] = "decimal",
        [typeof(nint)] = "nint",
        [typeof(nuint)] = "nuint",
    };

    /// <summary>Writes the name of a type where it is used.</summary>
    /// <param name="type">The type.</param>
    /// <param name="flags">What is known of null from this type on, if anything.</param>
    public static string Write(Type type, NullableFlags? flags = null)
    {
        if (type.IsByRef || type.IsPointer)
        {
            return Write(type.GetElementType()!, flags) + (type.IsPointer ? "*" : "");
        }

        if (Nullable.GetUnderlyingType(type) is Type value)
        {
            return Write(value, flags) + "?";
        }

        // The compiler keeps a flag for each of these, before those of what it is made of.
        bool isFlagged = !type.IsValueType || type.IsGenericType || type.IsGenericParameter;
        string mark = isFlagged && flags?.Next() == 2 ? "?" : "";
        return (type.IsArray ? WriteArray(type, flags) : WriteNamed(type, flags)) + mark;
    }

    /// <summary>Writes the name of a type where it is declared: with the types around it, and the variance of its parameters.</summary>
    public static string WriteDeclared(Type type) => WriteChain(
        type, [.. type.GetGenericArguments().Select(parameter => Variance(parameter.GenericParameterAttributes) + parameter.Name)]);

    private static string WriteArray(Type type, NullableFlags? flags) =>
        $"{Write(type.GetElementType()!, flags)}[{new string(',', type.GetArrayRank() - 1)}]";

    private static string WriteNamed(Type type, NullableFlags? flags)
    {
        if (Keywords.TryGetValue(type, out string? keyword))
        {
            return keyword;
        }

        if (type.IsGenericParameter)
        {
            return type.Name;
        }

        string[] arguments = [.. type.GetGenericArguments().Select(argument => Write(argument, flags))];
        return type.IsAssignableTo(typeof(ITuple)) && type.IsValueType && type.IsGenericType
            ? $"({string.Join(", ", arguments)})"
            : WriteChain(type, arguments);
    }

    /// <summary>Writes Outer.Inner, each with its own part of the arguments.</summary>
    private static string WriteChain(Type type, string[] arguments)
    {
        int outer = type.DeclaringType?.GetGenericArguments().Length ?? 0;
        string prefix = type.DeclaringType is Type around ? WriteChain(around, arguments[..outer]) + "." : "";
        string[] own = arguments[outer..];
        return prefix + type.Name.Split('`')[0] + (own.Length > 0 ? $"<{string.Join(", ", own)}>" : "");
    }

    private static string Variance(GenericParameterAttributes attributes) => (attributes & GenericParameterAttributes.VarianceMask) switch
    {
        GenericParameterAttributes.Covariant => "out ",
        GenericParameterAttributes.Contravariant => "in ",
        _ => "",
    };
}
