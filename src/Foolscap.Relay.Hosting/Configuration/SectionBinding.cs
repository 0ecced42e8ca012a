using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Foolscap.Relay.Hosting.Configuration;

/// <summary>Fills the options of one name from a section. What cannot be read is left out here, and told by the validator.</summary>
internal sealed class SectionBinding<TOptions>(string name, IConfiguration section, Schema<TOptions> schema) : IConfigureNamedOptions<TOptions>
    where TOptions : class, new()
{
    public string Name => name;

    public IConfiguration Section => section;

    public void Configure(string? name, TOptions options)
    {
        if (name == Name)
        {
            schema.Bind(section, options);
        }
    }

    public void Configure(TOptions options) => Configure(Options.DefaultName, options);
}
