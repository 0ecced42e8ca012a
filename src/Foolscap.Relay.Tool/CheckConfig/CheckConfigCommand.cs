using System.CommandLine;
using System.Globalization;
using Foolscap.Relay.Hosting;
using Foolscap.Relay.Tool.CommandLine;
using Foolscap.Relay.Tool.Configuration;
using Foolscap.Relay.Tool.Terminal;
using Microsoft.Extensions.Configuration;

namespace Foolscap.Relay.Tool.CheckConfig;

/// <summary><c>foolscap-relay check-config</c>: finds all faults of a configuration, and documents its keys.</summary>
internal static class CheckConfigCommand
{
    private static readonly Dictionary<string, string> NoOptions = [];

    public static Command Create(ToolConsole console)
    {
        Argument<string?> file = new("FILE") { Description = "The configuration file (JSON). Without one, the environment alone is checked.", Arity = ArgumentArity.ZeroOrOne };
        Option<bool> noEnvironment = new("--no-environment") { Description = "Leave the environment variables that begin with FOOLSCAP_RELAY_ out." };
        Option<bool> keys = new("--keys") { Description = "Describe all keys that a configuration may have, and check nothing." };
        Option<bool> json = new("--json") { Description = "Print JSON." };
        Command command = new DocumentedCommand("check-config", "Check a configuration, and print all of its faults at once. Nothing is started or written.")
        {
            Arguments = { file },
            Options = { noEnvironment, keys, json },
            Notes =
            [
                "A file has the section Relay, for 'serve', or Attach, for 'attach', or both; Admin, Log and Otlp are for both.",
                """{ "Relay": { "Folder": "/var/lib/foolscap-relay", "Listen": [ "0.0.0.0:7000" ], "Hints": [ "tcp:relay.example.org:7000" ] } }""",
            ],
            Examples =
            [
                ("Before a restart:", "foolscap-relay check-config /etc/foolscap-relay/relay.json && systemctl restart foolscap-relay"),
                ("Which keys are there?", "foolscap-relay check-config --keys"),
            ],
            ExitCodes =
            [
                (ExitCodes.Done, "There is no fault."),
                (ExitCodes.Configuration, "There are faults, or the file cannot be read, which --json prints as a fault without a key."),
            ],
        };
        command.SetAction(parsed =>
        {
            bool isJson = parsed.GetValue(json);
            if (parsed.GetValue(keys))
            {
                PrintKeys(console, isJson);
                return ExitCodes.Done;
            }

            string? path = parsed.GetValue(file);
            try
            {
                return Check(path, !parsed.GetValue(noEnvironment), console, isJson);
            }
            catch (ToolException exception) when (isJson)
            {
                ReportedFault fault = new(null, null, exception.Message, null, exception.Advice, exception.Message);
                WriteJson(console, path is null ? null : Path.GetFullPath(path), [fault]);
                return exception.ExitCode;
            }
        });
        return command;
    }

    private static int Check(string? file, bool withEnvironment, ToolConsole console, bool isJson)
    {
        using ToolConfiguration configuration = ToolConfiguration.Load(file, [], withEnvironment);
        if (configuration.IsEmpty)
        {
            throw new ToolException(
                $"There is nothing to check: no file is given, and no environment variable begins with {ToolConfiguration.EnvironmentPrefix}.",
                "Give the file: foolscap-relay check-config FILE.",
                ExitCodes.Configuration);
        }

        return Report(configuration, ToolSchema.FindFaults(configuration, section: null), console, isJson);
    }

    private static int Report(ToolConfiguration configuration, IReadOnlyList<ConfigurationFault> faults, ToolConsole console, bool isJson)
    {
        string what = configuration.File ?? "The environment";
        if (isJson)
        {
            WriteJson(console, configuration.File, [.. faults.Select(fault => new ReportedFault(fault.Key, fault.Value, fault.Problem, fault.Allowed, fault.Advice, Describe(fault)))]);
        }
        else if (faults.Count == 0)
        {
            string[] roles = [.. new[] { (RelayConfiguration.ServerSection, "serve"), (RelayConfiguration.ClientSection, "attach") }
                .Where(role => configuration.Root.GetSection(role.Item1).Exists()).Select(role => $"'{role.Item2}'")];
            console.Screen.WriteStyled((what, Styles.Strong), (" has no faults", Styles.Good), ($", and is for {string.Join(" and ", roles)}.", Styles.Plain));
        }
        else
        {
            string count = faults.Count == 1 ? "a fault" : $"{faults.Count.ToString(CultureInfo.InvariantCulture)} faults";
            console.WriteError($"{what} has {count}:", string.Join('\n', faults.Select(fault => $"  {Describe(fault)}")));
        }

        return faults.Count == 0 ? ExitCodes.Done : ExitCodes.Configuration;

        string Describe(ConfigurationFault fault) => FaultText.Describe(fault, configuration, NoOptions);
    }

    private static void WriteJson(ToolConsole console, string? file, ReportedFault[] faults) =>
        Json.Write(console.Out, new { File = file, Ok = faults.Length == 0, Faults = faults });

    private static void PrintKeys(ToolConsole console, bool isJson)
    {
        if (isJson)
        {
            Json.Write(console.Out, ToolSchema.Sections.SelectMany(one => one.Keys.Select(key => key with { Name = $"{one.Section}:{key.Name}" })));
            return;
        }

        foreach ((string section, string meaning, IReadOnlyList<ConfigurationKey> all) in ToolSchema.Sections)
        {
            console.Screen.WriteStyled((section, Styles.Strong), ($": {meaning}", Styles.Plain));
            foreach (ConfigurationKey key in all)
            {
                string marks = (key.AppliesLive ? "; changes take effect at once" : "") + (key.IsSecret ? "; a secret" : "");
                console.Screen.WriteStyled(("  ", Styles.Plain), (key.Name, Styles.Good), ($"  {key.Meaning}", Styles.Plain));
                console.Screen.WriteStyled(($"      {key.Type}; {key.Allowed}; default: {key.Default}{marks}", Styles.Quiet));
            }

            console.Out.WriteLine();
        }
    }

    /// <summary>A fault as a script reads it; one without a key is of the whole file.</summary>
    private sealed record ReportedFault(string? Key, string? Value, string Problem, string? Allowed, string? Advice, string Text);
}
