using System.Reflection;
using System.Runtime.CompilerServices;

namespace Foolscap.Relay.Packages.Tests.PublicApi;

/// <summary>Writes the first line of a type: its modifiers, kind, name, bases and constraints.</summary>
internal static class TypeText
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    public static string Write(Type type)
    {
        string access = type.IsNestedFamily || type.IsNestedFamORAssem ? "protected" : "public";
        if (type.IsSubclassOf(typeof(Delegate)))
        {
            return $"{access} delegate {MemberText.WriteSignature(type.GetMethod("Invoke")!, TypeNames.WriteDeclared(type))}{Constraints(type)};";
        }

        IEnumerable<string> bases = type.IsEnum ? EnumBase(type) : Bases(type);
        string list = string.Join(", ", bases);
        return $"{access} {Kind(type)} {TypeNames.WriteDeclared(type)}{(list.Length > 0 ? " : " + list : "")}{Constraints(type)}";
    }

    /// <summary>The constraints of a generic type's or method's own parameters, each with a blank before it.</summary>
    public static string WriteConstraints(IEnumerable<Type> parameters) => string.Concat(parameters.Select(WriteConstraint));

    /// <summary>Whether a type is a record; the compiler leaves no other mark.</summary>
    public static bool IsRecord(Type type) => type.IsValueType
        ? type.GetMethod("PrintMembers", All) is MethodInfo print && print.IsDefined(typeof(CompilerGeneratedAttribute))
        : type.GetMethod("<Clone>$", All) is not null;

    private static string Constraints(Type type) =>
        // A nested type repeats the parameters of the type around it.
        WriteConstraints(type.GetGenericArguments().Skip(type.DeclaringType?.GetGenericArguments().Length ?? 0));

    private static string Kind(Type type)
    {
        string record = IsRecord(type) ? "record " : "";
        return type switch
        {
            { IsEnum: true } => "enum",
            { IsInterface: true } => "interface",
            { IsValueType: true } =>
                (type.IsDefined(typeof(IsReadOnlyAttribute)) ? "readonly " : "") + (type.IsByRefLike ? "ref " : "") + record + "struct",
            { IsAbstract: true, IsSealed: true } => "static class",
            { IsAbstract: true } => $"abstract {record}{(record.Length > 0 ? "" : "class")}".TrimEnd(),
            { IsSealed: true } => $"sealed {record}{(record.Length > 0 ? "" : "class")}".TrimEnd(),
            _ => record.Length > 0 ? "record" : "class",
        };
    }

    private static IEnumerable<string> EnumBase(Type type) =>
        Enum.GetUnderlyingType(type) is Type underlying && underlying != typeof(int) ? [TypeNames.Write(underlying)] : [];

    /// <summary>The base class and the interfaces that the type adds to it, without those that another one brings along.</summary>
    private static IEnumerable<string> Bases(Type type)
    {
        Type? baseType = type.BaseType;
        bool told = baseType is not null && baseType != typeof(object) && baseType != typeof(ValueType);
        Type[] interfaces = type.GetInterfaces();
        IEnumerable<Type> added = interfaces
            .Except(interfaces.SelectMany(one => one.GetInterfaces()))
            .Except(baseType?.GetInterfaces() ?? [])
            .Where(one => one.IsVisible);
        IEnumerable<string> names = added.Select(one => TypeNames.Write(one)).Order(StringComparer.Ordinal);
        return told ? names.Prepend(TypeNames.Write(baseType!)) : names;
    }

    private static string WriteConstraint(Type parameter)
    {
        GenericParameterAttributes attributes = parameter.GenericParameterAttributes;
        List<string> parts = [];
        bool isStruct = attributes.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint);
        if (attributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
        {
            parts.Add(NullableFlags.OfParameter(parameter) == 2 ? "class?" : "class");
        }
        else if (isStruct)
        {
            parts.Add(parameter.CustomAttributes.Any(one => one.AttributeType.Name == "IsUnmanagedAttribute") ? "unmanaged" : "struct");
        }
        else if (NullableFlags.OfParameter(parameter) == 1)
        {
            parts.Add("notnull");
        }

        parts.AddRange(parameter.GetGenericParameterConstraints().Where(one => one != typeof(ValueType))
            .Select(one => TypeNames.Write(one)).Order(StringComparer.Ordinal));
        if (attributes.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint) && !isStruct)
        {
            parts.Add("new()");
        }

        if (attributes.HasFlag(GenericParameterAttributes.AllowByRefLike))
        {
            parts.Add("allows ref struct");
        }

        return parts.Count > 0 ? $" where {parameter.Name} : {string.Join(", ", parts)}" : "";
    }
}
