using System.Reflection;

namespace Foolscap.Relay.Packages.Tests.PublicApi;

/// <summary>
/// The public API of an assembly as text: what a program that uses it can see, one line each, in an order that does not
/// depend on the source. It reads like C#; what only an implementation cares for (async, the names of locals) is not in it.
/// </summary>
internal static class ApiText
{
    private const string Indent = "    ";

    /// <summary>Writes down an assembly.</summary>
    public static string Describe(Assembly assembly) => string.Join("\n", assembly.GetExportedTypes()
        .Where(type => !type.Name.Contains('<', StringComparison.Ordinal)) // made by the compiler
        .GroupBy(type => type.Namespace)
        .OrderBy(space => space.Key, StringComparer.Ordinal)
        .SelectMany(space => space.OrderBy(TypeNames.WriteDeclared, StringComparer.Ordinal).Select(Describe).Prepend($"namespace {space.Key}\n")));

    /// <summary>Writes down a type: its declaration and its members, each line ended by LF.</summary>
    public static string Describe(Type type)
    {
        IEnumerable<string> lines = ApiAttributes.Write(type).Append(TypeText.Write(type));
        if (!type.IsSubclassOf(typeof(Delegate)))
        {
            lines = lines.Concat(MemberText.WriteAll(type).Select(line => Indent + line));
        }

        return string.Concat(lines.Select(line => line + "\n"));
    }
}
