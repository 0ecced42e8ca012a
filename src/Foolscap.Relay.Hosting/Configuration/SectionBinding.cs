using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Foolscap.Relay.Hosting.Configuration;

/// <summary>Fills the options of one name from a section. What cannot be read is left out here, and told by the validator.</summary>
internal sealed class SectionBinding<TOptions>(string name, IConfiguration section, Schema<TOptions> schema) : IConfigureNamedOptions<TOptions>
    where TOptions : class, new()
{
    public string Name => name;

    public IConfiguration Section => section;

    /// <summary>What the faults of the options of one name begin with: the path of their section; the type, and the name, of those from code.</summary>
    public static string PathOf(IEnumerable<SectionBinding<TOptions>> bindings, string? name) =>
        bindings.LastOrDefault(binding => binding.Name == name) is { } bound ? Schema<TOptions>.PathOf(bound.Section)
        : string.IsNullOrEmpty(name) ? typeof(TOptions).Name
        : $"{typeof(TOptions).Name}[{name}]";

    public void Configure(string? name, TOptions options)
    {
        if (name == Name)
        {
            schema.Bind(section, options);
        }
    }

    public void Configure(TOptions options) => Configure(Options.DefaultName, options);
}
