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
        List<ConfigurationFault> faults =
        [
            .. bindings.Where(binding => binding.Name == name).SelectMany(binding => schema.Bind(binding.Section, new TOptions())),
            .. schema.Check(options, SectionBinding<TOptions>.PathOf(bindings, name), environment?.ContentRootPath ?? Environment.CurrentDirectory),
        ];
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults.Select(fault => fault.ToString()));
    }
}
