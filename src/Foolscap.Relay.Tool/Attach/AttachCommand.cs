using System.CommandLine;
using Foolscap.Relay.Hosting;
using Foolscap.Relay.Tool.CommandLine;
using Foolscap.Relay.Tool.Configuration;
using Foolscap.Relay.Tool.Hosting;
using Foolscap.Relay.Tool.Logging;
using Foolscap.Relay.Tool.Terminal;
using Microsoft.Extensions.DependencyInjection;

namespace Foolscap.Relay.Tool.Attach;

/// <summary><c>foolscap-relay attach</c>: keeps an existing Tub reachable through relays.</summary>
internal static class AttachCommand
{
    private const string Section = RelayConfiguration.ClientSection;

    public static Command Create(ToolConsole console)
    {
        ConfigurationOptions options = new();
        Option<string> tahoe = options.Add("--tahoe", "NODEDIR", AttachSources.TahoeKey, "A Tahoe-LAFS node's folder: takes certificate and port from it, and prints the lines for its tahoe.cfg.");
        options.Add("--tub-pem", "FILE", $"{Section}:TubPem", "The Tub's certificate and private key. Not needed with --tahoe.");
        options.Add("--target", "HOST:PORT", $"{Section}:Target", "Where the Tub listens, such as 127.0.0.1:3457. Not needed with --tahoe.");
        options.AddList("--relay", "FURL", $"{Section}:Relays", "The registrar FURL of a relay, in quotes. Once for each relay. It is a secret: --relay-file keeps it out of the list of processes.", "-r");
        options.AddList("--relay-file", "FILE", AttachSources.RelayFilesKey, "A file with registrar FURLs, one a line. May be given more than once.");
        options.AddSwitch("--no-direct", $"{Section}:DirectConnections", "false", "Carry all callers over the one connection to a relay.");
        Command command = new DocumentedCommand("attach", "Keep an existing Tub, such as a Tahoe-LAFS node, reachable through one relay or several.")
        {
            Notes =
            [
                "Prints 'attached: HINTS' each time it is registered: the hints belong into the Tub's location, and its FURLs.",
                "It comes back by itself when a relay or the network was away. The Tub itself may be started before or after.",
                "One client for each Tub: two with one certificate push each other out.",
                "There is no status page unless --admin says where.",
                "Environment variables: FOOLSCAP_RELAY_ATTACH__TARGET is the key Attach:Target, and so on.",
            ],
            Examples =
            [
                ("A Tahoe-LAFS node:", "foolscap-relay attach --tahoe ~/.tahoe --relay-file relay.furl"),
                ("Any other Tub:", "foolscap-relay attach --tub-pem tub.pem --target 127.0.0.1:3457 --relay-file relay.furl"),
                ("Through two relays, from a file, with a status page:", "foolscap-relay attach --config /etc/foolscap-relay/attach.json --admin 127.0.0.1:7002"),
            ],
            ExitCodes =
            [
                (ExitCodes.Done, "It was told to stop (SIGTERM, Ctrl+C), and has stopped in order."),
                (ExitCodes.Failed, "It could not start; stderr says why. A relay that is away is no reason: it is tried again."),
                (ExitCodes.Configuration, "The configuration is wrong; stderr lists every fault."),
                (ExitCodes.Interrupted, "It was told to stop a second time, and stopped at once."),
            ],
        };
        foreach (Option option in options.All)
        {
            command.Options.Add(option);
        }

        // The line 'attached:' goes to the same terminal, or journal.
        int[] told = (console.OutIsTerminal && console.ErrorIsTerminal) || ToolLogging.IsJournal(console) ? [ToldEvents.Registered] : [];
        command.SetAction((parsed, _) => ToolHost.RunAsync(parsed, console, options, Section, new Dictionary<string, string?>(), told, builder =>
        {
            builder.Services.AddFoolscapRelayClient(builder.Configuration.GetSection(Section));
            string? folder = builder.Configuration[AttachSources.TahoeFolderKey];
            builder.Services.AddSingleton(new AttachedNode(folder is null ? null : TahoeNode.Read(folder)));
            builder.Services.AddHostedService<AttachReport>();
        }));
        return command;
    }
}
