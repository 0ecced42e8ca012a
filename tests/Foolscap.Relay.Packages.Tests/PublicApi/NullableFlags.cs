using System.Reflection;

namespace Foolscap.Relay.Packages.Tests.PublicApi;

/// <summary>
/// What the compiler has noted of null at one place, read in the order in which the types stand there: 0 nothing, 1 not null,
/// 2 may be null. The runtime's own NullabilityInfo does not tell T from T?.
/// </summary>
internal sealed class NullableFlags
{
    private const string Namespace = "System.Runtime.CompilerServices.";

    private readonly byte[] _flags;
    private readonly byte _default;
    private int _position;

    private NullableFlags(IEnumerable<CustomAttributeData> attributes, MemberInfo? around)
    {
        object? own = Find(attributes, "NullableAttribute");
        _flags = own is IEnumerable<CustomAttributeTypedArgument> several ? [.. several.Select(one => (byte)one.Value!)] : [];
        _default = own as byte? ?? ContextOf(around);
    }

    public static NullableFlags Of(ParameterInfo parameter) => new(parameter.CustomAttributes, parameter.Member);

    public static NullableFlags Of(MemberInfo member) => new(member.CustomAttributes, member.DeclaringType);

    /// <summary>The flag of a generic parameter where it is declared, which tells of its constraint.</summary>
    public static byte OfParameter(Type parameter) =>
        new NullableFlags(parameter.CustomAttributes, (MemberInfo?)parameter.DeclaringMethod ?? parameter.DeclaringType).Next();

    /// <summary>Takes the flag of the next type.</summary>
    public byte Next() => _position < _flags.Length ? _flags[_position++] : _default;

    /// <summary>The flag of everything in a method or type that has none of its own.</summary>
    private static byte ContextOf(MemberInfo? around) => around is null
        ? (byte)0
        : Find(around.CustomAttributes, "NullableContextAttribute") as byte? ?? ContextOf(around.DeclaringType);

    private static object? Find(IEnumerable<CustomAttributeData> attributes, string name) =>
        attributes.FirstOrDefault(one => one.AttributeType.FullName == Namespace + name)?.ConstructorArguments[0].Value;
}
