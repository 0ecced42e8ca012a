using Foolscap.Relay.AspNetCore;
using Foolscap.Relay.Hosting;
using Foolscap.Relay.Tool.Terminal;
using Microsoft.Extensions.Hosting;

namespace Foolscap.Relay.Tool.Serve;

/// <summary>Prints what somebody who has started a relay wants to know, once it runs, whatever the level of the log is.</summary>
internal sealed class ServeReport(
    IFoolscapRelay relay, ToolConsole console, IHostApplicationLifetime lifetime, IFoolscapRelayAdmin? admin = null) : IHostedService
{
    private const string Anywhere = "0.0.0.0";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(Print);
        lifetime.ApplicationStopping.Register(PrintStopping);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Print()
    {
        // A script reads this line, and nothing else on stdout.
        console.Out.WriteLine(relay.RegistrarFurl);
        console.Out.Flush();
        if (!console.ErrorIsTerminal)
        {
            return;
        }

        console.ErrorScreen.WriteStyled(("The line above is the registrar's FURL, a secret: whoever has it may register Tubs with this relay.", Styles.Doubtful));
        WriteFact("It is also in", Path.GetFullPath(Path.Combine(relay.Options.Folder, "registrar.furl")));
        WriteFact("Listening on", string.Join(", ", relay.EndPoints));
        WriteFact("Others reach the relay at", string.Join(", ", relay.Tub.Hints));
        if (admin is not null)
        {
            WriteFact("Status page, metrics and health:", string.Join(' ', admin.Addresses));
        }

        if (relay.Tub.Hints.Any(hint => hint.TryGetTcpEndpoint(out string? host, out _) && host is Anywhere or "::"))
        {
            console.ErrorScreen.WriteStyled(("Nobody can connect to that hint: say with --hint where others reach this machine, such as tcp:relay.example.org:7000.", Styles.Bad));
        }
    }

    private void WriteFact(string what, string fact) => console.ErrorScreen.WriteStyled(($"{what} ", Styles.Quiet), (fact, Styles.Plain));

    private void PrintStopping()
    {
        if (console.ErrorIsTerminal && relay.IsRunning && relay.Server.Statistics.ActiveStreams > 0)
        {
            console.ErrorScreen.WriteStyled(("Ctrl+C once more ends the relayed connections now.", Styles.Doubtful));
        }
    }
}
