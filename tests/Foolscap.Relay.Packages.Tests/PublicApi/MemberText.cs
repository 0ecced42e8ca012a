using System.Reflection;
using System.Runtime.CompilerServices;

namespace Foolscap.Relay.Packages.Tests.PublicApi;

/// <summary>Writes the members of a type, one line each: those that a user or a deriving class can see.</summary>
internal static class MemberText
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static IEnumerable<string> WriteAll(Type type)
    {
        if (type.IsEnum)
        {
            return type.GetFields(BindingFlags.Public | BindingFlags.Static)
                .OrderBy(field => Convert.ToDecimal(field.GetRawConstantValue(), null))
                .SelectMany(field => ApiAttributes.Write(field).Append($"{field.Name} = {field.GetRawConstantValue()},"));
        }

        // Sorted by kind, then as text, each with its attributes before it.
        return Sorted(type.GetFields(Declared).Where(field => IsVisible(field.Attributes) && !field.IsSpecialName), WriteField)
            .Concat(Sorted(type.GetConstructors(Declared).Where(IsOwn), one => $"{Access(one)} {NameOf(type)}({Parameters(one)});"))
            .Concat(Sorted(type.GetProperties(Declared).Where(one => one.Name != "EqualityContract" && Accessors(one).Any(IsVisible)), WriteProperty))
            .Concat(Sorted(type.GetEvents(Declared).Where(one => IsVisible(one.AddMethod!)), WriteEvent))
            .Concat(Sorted(type.GetMethods(Declared).Where(IsMethod), WriteMethod));
    }

    /// <summary>Writes what follows the modifiers of a method: what it returns, its name and parameters.</summary>
    public static string WriteSignature(MethodInfo method, string name)
    {
        string by = !method.ReturnType.IsByRef ? "" : method.ReturnParameter.IsDefined(typeof(IsReadOnlyAttribute)) ? "ref readonly " : "ref ";
        string type = TypeNames.Write(method.ReturnType, NullableFlags.Of(method.ReturnParameter));
        return $"{ApiAttributes.WriteOfReturn(method)}{by}{type} {name}({Parameters(method)})";
    }

    private static IEnumerable<string> Sorted<T>(IEnumerable<T> members, Func<T, string> write) where T : MemberInfo => members
        .Select(member => (Line: write(member), Attributes: ApiAttributes.Write(member)))
        .OrderBy(member => member.Line, StringComparer.Ordinal)
        .SelectMany(member => member.Attributes.Append(member.Line));

    private static string WriteField(FieldInfo field)
    {
        string access = field.IsPublic ? "public" : "protected";
        string kind = field.IsLiteral ? "const " : (field.IsStatic ? "static " : "") + (field.IsInitOnly ? "readonly " : "");
        string value = field.IsLiteral ? $" = {Literals.Write(field.GetRawConstantValue(), field.FieldType)}" : "";
        return $"{access} {Required(field)}{kind}{TypeNames.Write(field.FieldType, NullableFlags.Of(field))} {field.Name}{value};";
    }

    private static string WriteProperty(PropertyInfo property)
    {
        MethodInfo widest = Accessors(property).Where(IsVisible).OrderBy(method => method.IsPublic ? 0 : 1).First();
        // An accessor's own parameters know of null, the property's copies of them do not.
        string parameters = string.Join(", ", widest.GetParameters().Take(property.GetIndexParameters().Length).Select(Parameter));
        string name = parameters.Length > 0 ? $"this[{parameters}]" : property.Name;
        string accessors = string.Concat(Accessors(property).Where(IsVisible).Select(method =>
            $" {(Access(method) == Access(widest) ? "" : Access(method) + " ")}{AccessorName(method)};"));
        return $"{Modifiers(widest)}{Required(property)}{(property.PropertyType.IsByRef ? "ref " : "")}"
            + $"{TypeNames.Write(property.PropertyType, NullableFlags.Of(property))} {name} {{{accessors} }}";
    }

    private static string WriteEvent(EventInfo one) =>
        $"{Modifiers(one.AddMethod!)}event {TypeNames.Write(one.EventHandlerType!, NullableFlags.Of(one))} {one.Name};";

    private static string WriteMethod(MethodInfo method)
    {
        Type[] generic = method.GetGenericArguments();
        string name = method.Name switch
        {
            "op_Implicit" => "implicit operator",
            "op_Explicit" => "explicit operator",
            string special when special.StartsWith("op_", StringComparison.Ordinal) => $"operator {special[3..]}",
            string plain => plain,
        };
        string parameters = generic.Length > 0 ? $"<{string.Join(", ", generic.Select(one => one.Name))}>" : "";
        return $"{Modifiers(method)}{WriteSignature(method, name + parameters)}{TypeText.WriteConstraints(generic)};";
    }

    private static string Parameters(MethodBase method)
    {
        string first = method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "";
        return first + string.Join(", ", method.GetParameters().Select(Parameter));
    }

    private static string Parameter(ParameterInfo parameter)
    {
        string by = parameter switch
        {
            { IsOut: true, ParameterType.IsByRef: true } => "out ",
            { ParameterType.IsByRef: true } when parameter.IsDefined(typeof(RequiresLocationAttribute)) => "ref readonly ",
            { IsIn: true, ParameterType.IsByRef: true } => "in ",
            { ParameterType.IsByRef: true } => "ref ",
            _ when parameter.IsDefined(typeof(ParamArrayAttribute)) || parameter.IsDefined(typeof(ParamCollectionAttribute)) => "params ",
            _ => "",
        };
        string value = parameter.HasDefaultValue ? $" = {Literals.Write(parameter.RawDefaultValue, parameter.ParameterType)}" : "";
        string type = TypeNames.Write(parameter.ParameterType, NullableFlags.Of(parameter));
        return $"{ApiAttributes.WriteOfParameter(parameter)}{by}{type} {parameter.Name}{value}";
    }

    private static string Modifiers(MethodInfo method)
    {
        bool isInterface = method.DeclaringType!.IsInterface;
        string kind = method switch
        {
            { IsStatic: true } => method.IsAbstract ? "static abstract " : method.IsVirtual ? "static virtual " : "static ",
            _ when isInterface => method.IsAbstract ? "" : "virtual ",
            { IsAbstract: true } => method.GetBaseDefinition() == method ? "abstract " : "abstract override ",
            { IsVirtual: true } when method.GetBaseDefinition() != method => method.IsFinal && !method.DeclaringType.IsSealed ? "sealed override " : "override ",
            { IsVirtual: true, IsFinal: false } => "virtual ",
            _ => "",
        };
        string isReadOnly = method.DeclaringType.IsValueType && !method.DeclaringType.IsDefined(typeof(IsReadOnlyAttribute))
            && method.IsDefined(typeof(IsReadOnlyAttribute)) ? "readonly " : "";
        return $"{(isInterface ? "" : Access(method) + " ")}{kind}{isReadOnly}";
    }

    private static IEnumerable<MethodInfo> Accessors(PropertyInfo property) =>
        new[] { property.GetMethod, property.SetMethod }.OfType<MethodInfo>();

    private static string AccessorName(MethodInfo accessor) => accessor.ReturnType == typeof(void) ?
        accessor.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? "init" : "set" : "get";

    private static string Required(MemberInfo member) => member.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";

    private static string NameOf(Type type) => type.Name.Split('`')[0];

    private static string Access(MethodBase method) => method.IsPublic ? "public" : "protected";

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsVisible(FieldAttributes attributes) =>
        (attributes & FieldAttributes.FieldAccessMask) is FieldAttributes.Public or FieldAttributes.Family or FieldAttributes.FamORAssem;

    /// <summary>Whether it is visible and written by somebody: what the compiler adds to a record says no more than "record".</summary>
    private static bool IsOwn(MethodBase method) => IsVisible(method) && !method.IsDefined(typeof(CompilerGeneratedAttribute));

    private static bool IsMethod(MethodInfo method) => IsOwn(method) && method.Name is not ("Finalize" or "<Clone>$")
        && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal));
}
