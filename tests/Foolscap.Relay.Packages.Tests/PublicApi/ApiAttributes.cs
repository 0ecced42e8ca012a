using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.Versioning;

namespace Foolscap.Relay.Packages.Tests.PublicApi;

/// <summary>Writes the attributes that a user of the API notices: warnings, analysis of null, platforms.</summary>
internal static class ApiAttributes
{
    private static readonly HashSet<Type> Told =
    [
        typeof(ObsoleteAttribute), typeof(FlagsAttribute), typeof(ExperimentalAttribute), typeof(EditorBrowsableAttribute),
        typeof(AttributeUsageAttribute), typeof(RequiresUnreferencedCodeAttribute), typeof(RequiresDynamicCodeAttribute),
        typeof(SupportedOSPlatformAttribute), typeof(UnsupportedOSPlatformAttribute), typeof(SetsRequiredMembersAttribute),
        typeof(NotNullWhenAttribute), typeof(MaybeNullWhenAttribute), typeof(NotNullIfNotNullAttribute), typeof(MaybeNullAttribute),
        typeof(NotNullAttribute), typeof(AllowNullAttribute), typeof(DisallowNullAttribute), typeof(DoesNotReturnAttribute),
        typeof(DynamicallyAccessedMembersAttribute), typeof(MemberNotNullWhenAttribute),
    ];

    /// <summary>Writes those of a type or member, one line each.</summary>
    public static IEnumerable<string> Write(MemberInfo member) => Write(member.CustomAttributes);

    /// <summary>Writes those of a parameter, each with a blank behind it.</summary>
    public static string WriteOfParameter(ParameterInfo parameter) => string.Concat(Write(parameter.CustomAttributes).Select(one => one + " "));

    /// <summary>Writes those of what a method returns, each with a blank behind it.</summary>
    public static string WriteOfReturn(MethodInfo method) => string.Concat(
        Write(method.ReturnParameter.CustomAttributes).Select(one => $"[return: {one[1..]} "));

    private static IEnumerable<string> Write(IEnumerable<CustomAttributeData> attributes) => attributes
        .Where(one => Told.Contains(one.AttributeType) && !IsOfTheCompiler(one))
        .Select(one =>
        {
            IEnumerable<string> arguments = one.ConstructorArguments.Select(Write)
                .Concat(one.NamedArguments.Select(named => $"{named.MemberName} = {Write(named.TypedValue)}"));
            string list = string.Join(", ", arguments);
            return $"[{one.AttributeType.Name[..^"Attribute".Length]}{(list.Length > 0 ? $"({list})" : "")}]";
        })
        .Order(StringComparer.Ordinal);

    /// <summary>The compiler marks ref structs and types with required members as obsolete, for compilers that do not know them.</summary>
    private static bool IsOfTheCompiler(CustomAttributeData attribute) => attribute.AttributeType == typeof(ObsoleteAttribute)
        && attribute.ConstructorArguments is [{ Value: string text }, ..] && text.Contains("not supported in this version of your compiler", StringComparison.Ordinal);

    private static string Write(CustomAttributeTypedArgument argument) => argument.Value switch
    {
        IEnumerable<CustomAttributeTypedArgument> several => string.Join(", ", several.Select(Write)),
        Type type => $"typeof({TypeNames.Write(type)})",
        object value => Literals.Write(value, argument.ArgumentType),
        null => "null",
    };
}
