using System.CommandLine;
using System.CommandLine.Help;
using Foolscap.Relay.Tool.Attach;
using Foolscap.Relay.Tool.CheckConfig;
using Foolscap.Relay.Tool.Furls;
using Foolscap.Relay.Tool.Probe;
using Foolscap.Relay.Tool.Serve;
using Foolscap.Relay.Tool.Status;
using Foolscap.Relay.Tool.Terminal;

namespace Foolscap.Relay.Tool.CommandLine;

/// <summary>The whole command line.</summary>
internal static class ToolCommand
{
    /// <summary>Signals are each command's own: a relay drains, a probe stops at once.</summary>
    public static InvocationConfiguration Invocation { get; } = new() { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false };

    public static RootCommand Create(ToolConsole console)
    {
        RootCommand root = new(
            "A relay makes Foolscap Tubs behind NAT reachable, Tahoe-LAFS nodes among them. This program runs one, attaches a Tub to one, and tries FURLs.")
        {
            ServeCommand.Create(console),
            AttachCommand.Create(console),
            ProbeCommand.Create(console),
            StatusCommand.Create(console),
            CheckConfigCommand.Create(console),
            FurlCommand.Create(console),
        };
        foreach (HelpOption help in root.Options.OfType<HelpOption>())
        {
            help.Description = "Show this help.";
            help.Action = new DocumentedHelp((HelpAction)help.Action!, console);
        }

        root.Options.OfType<VersionOption>().Single().Description = "Show the version.";
        return root;
    }
}
