using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Foolscap.Relay.Hosting.Configuration;

/// <summary>Tells all faults of options at once: those of the sections that they come from, and those of their values.</summary>
internal sealed class OptionsValidator<TOptions>(
    Schema<TOptions> schema, IEnumerable<SectionBinding<TOptions>> bindings, IHostEnvironment? environment) : IValidateOptions<TOptions>
    where TOptions : class, new()
{
    public ValidateOptionsResult Validate(string? name, TOptions options)
    {
        List<SectionBinding<TOptions>> own = [.. bindings.Where(binding => binding.Name == name)];
        string path = own.Count > 0 ? Schema<TOptions>.PathOf(own[^1].Section) : typeof(TOptions).Name;
        List<ConfigurationFault> faults =
        [
            .. own.SelectMany(binding => schema.Bind(binding.Section, new TOptions())),
            .. schema.Check(options, path, environment?.ContentRootPath ?? Environment.CurrentDirectory),
        ];
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults.Select(fault => fault.ToString()));
    }
}
