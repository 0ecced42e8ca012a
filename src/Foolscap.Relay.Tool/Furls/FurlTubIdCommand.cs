using System.CommandLine;
using Foolscap.Relay.Tool.CommandLine;
using Foolscap.Relay.Tool.Terminal;

namespace Foolscap.Relay.Tool.Furls;

/// <summary><c>foolscap-relay furl tubid</c>: the TubID of a PEM file, for a relay's list of those who may register.</summary>
internal static class FurlTubIdCommand
{
    public static Command Create(ToolConsole console)
    {
        Argument<FileInfo> file = new("FILE") { Description = "A Tub's PEM file: its certificate and its private key, which is not shown." };
        Option<bool> json = new("--json") { Description = "Print JSON." };
        Command command = new DocumentedCommand("tubid", "Print the TubID of a Tub's PEM file.")
        {
            Arguments = { file },
            Options = { json },
            Examples =
            [
                ("The TubID of a Tahoe-LAFS node:", "foolscap-relay furl tubid ~/.tahoe/private/node.pem"),
                ("Allow a node to register with your relay:", "foolscap-relay furl tubid node.pem >> /etc/foolscap-relay/allowed-tubs"),
            ],
        };
        command.SetAction(parsed =>
        {
            string tubId = PemFile.Load(parsed.GetRequiredValue(file).FullName).TubId.ToString();
            if (parsed.GetValue(json))
            {
                Json.Write(console.Out, new { TubId = tubId });
            }
            else
            {
                console.Out.WriteLine(tubId);
            }

            return ExitCodes.Done;
        });
        return command;
    }
}
