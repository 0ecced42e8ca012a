using System.CommandLine;
using Foolscap.Relay.Hosting;
using Foolscap.Relay.Tool.CommandLine;
using Foolscap.Relay.Tool.Configuration;
using Foolscap.Relay.Tool.Hosting;
using Foolscap.Relay.Tool.Logging;
using Foolscap.Relay.Tool.Terminal;
using Microsoft.Extensions.DependencyInjection;

namespace Foolscap.Relay.Tool.Serve;

/// <summary><c>foolscap-relay serve</c>: runs a relay.</summary>
internal static class ServeCommand
{
    private const string Section = RelayConfiguration.ServerSection;

    private static readonly Dictionary<string, string?> Defaults = new() { [AdminSettings.ListenKey] = AdminSettings.DefaultListen };

    public static Command Create(ToolConsole console)
    {
        ConfigurationOptions options = new();
        options.Add("--folder", "PATH", $"{Section}:Folder", "Where the relay keeps who it is: relay.pem and registrar.furl. Made if it is not there. Required, here or in the configuration.");
        options.AddList("--listen", "IP:PORT", $"{Section}:Listen", "An address to listen on, such as 0.0.0.0:7000 or [::]:7000. Once for each.");
        options.AddList("--hint", "HINT", $"{Section}:Hints", "Where others reach this relay, such as tcp:relay.example.org:7000. Once for each; the listening address if not given.");
        options.Add("--allowed-tubs", "FILE", $"{Section}:AllowedTubs", "A file with the TubIDs that may register, one a line. Without it, whoever has the registrar's FURL may.");
        options.Add("--drain", "TIME", $"{Section}:Drain", "How long relayed connections may go on after SIGTERM or Ctrl+C, such as 30s (the default) or 5m. A second one ends them at once.");
        options.AddSwitch("--no-direct", $"{Section}:DirectConnections", "false", "Carry all of a Tub's callers over its one connection.");
        Command command = new DocumentedCommand("serve", "Run a relay. Prints the registrar's FURL: whoever has it may register Tubs with this relay.")
        {
            Notes =
            [
                "Open the port in the firewall: 'ufw allow 7000/tcp', and in your provider's firewall if it has one.",
                "The relay never connects anywhere itself, and cannot read what it carries.",
                "Limits and the list of Tubs are read again when their file changes, or at SIGHUP; other keys need a restart.",
                "Without --config there is nothing to read again: then SIGHUP stops it as SIGTERM does.",
                "Environment variables: FOOLSCAP_RELAY_RELAY__FOLDER is the key Relay:Folder, and so on.",
                "The status page is at http://127.0.0.1:7001/ unless --admin says otherwise.",
            ],
            Examples =
            [
                ("A relay on a public host:", "foolscap-relay serve --folder /var/lib/foolscap-relay --listen 0.0.0.0:7000 --hint tcp:relay.example.org:7000"),
                ("The same from a file:", "foolscap-relay serve --config /etc/foolscap-relay/relay.json"),
                ("For your friends only, with a lower limit:", "foolscap-relay serve -c relay.json --allowed-tubs friends.txt --set Relay:Limits:MaxStreamsPerTub=50"),
            ],
            ExitCodes =
            [
                (ExitCodes.Done, "It was told to stop (SIGTERM, Ctrl+C), and has stopped in order."),
                (ExitCodes.Failed, "It could not start; stderr says why."),
                (ExitCodes.Configuration, "The configuration is wrong; stderr lists every fault."),
                (ExitCodes.Interrupted, "It was told to stop a second time, and stopped at once."),
            ],
        };
        foreach (Option option in options.All)
        {
            command.Options.Add(option);
        }

        // What ServeReport prints on a terminal.
        int[] told = console.ErrorIsTerminal ? [ToldEvents.Listening, ToldEvents.RelayStarted, ToldEvents.StatusPageServed] : [];
        command.SetAction((parsed, _) => ToolHost.RunAsync(parsed, console, options, Section, Defaults, told, builder =>
        {
            builder.Services.AddFoolscapRelayServer(builder.Configuration.GetSection(Section));
            builder.Services.AddHostedService<ServeReport>();
        }));
        return command;
    }
}
