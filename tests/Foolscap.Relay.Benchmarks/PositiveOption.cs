using System.CommandLine;
using System.Numerics;

namespace Foolscap.Relay.Benchmarks;

/// <summary>Options whose value is a number greater than zero.</summary>
internal static class PositiveOption
{
    public static Option<T> Create<T>(string name, string description, T defaultValue)
        where T : INumber<T>
    {
        Option<T> option = new(name) { Description = description, DefaultValueFactory = _ => defaultValue };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<T>() is T value && value <= T.Zero)
            {
                result.AddError($"{name} must be positive.");
            }
        });
        return option;
    }
}
