using System.CommandLine;
using Foolscap.Relay.AspNetCore;
using Foolscap.Relay.Tool.CommandLine;
using Foolscap.Relay.Tool.Configuration;
using Foolscap.Relay.Tool.Terminal;
using Spectre.Console;

namespace Foolscap.Relay.Tool.Status;

/// <summary><c>foolscap-relay status</c>: how it stands with a relay or client that runs, from its admin address.</summary>
internal sealed class StatusCommand
{
    private const int DefaultInterval = 1;
    private const int LongestInterval = 3600;

    private readonly Argument<Uri> _address = new("ADDRESS")
    {
        Description = $"The admin address of the relay or client: IP:PORT, or http://HOST:PORT/. [default: {AdminSettings.DefaultListen}]",
        Arity = ArgumentArity.ZeroOrOne,
        CustomParser = result => Arguments.Read(result, ReadAddress),
    };

    private readonly Option<string> _tokenFile = new("--token-file")
    {
        Description = "A file with the token of an admin address that is not on loopback.",
        HelpName = "FILE",
    };

    private readonly Option<bool> _once = new("--once") { Description = "Print it once, and end. That is so anyway if stdout is no terminal." };
    private readonly Option<bool> _json = new("--json") { Description = "Print the report once, as JSON." };

    private readonly Option<double> _interval = new("--interval")
    {
        Description = $"How often it is looked at, in seconds. [default: {DefaultInterval}]",
        HelpName = "SECONDS",
        CustomParser = result => Arguments.Read(result, ReadInterval),
    };

    private readonly ToolConsole _console;

    private StatusCommand(ToolConsole console) => _console = console;

    public static Command Create(ToolConsole console)
    {
        StatusCommand status = new(console);
        Command command = new DocumentedCommand("status", "Show how it stands with a relay or client that runs, live. Ctrl+C ends it.")
        {
            Arguments = { status._address },
            Options = { status._tokenFile, status._once, status._json, status._interval },
            Notes = ["It reads /status.json of the admin address: that of 'serve' is 127.0.0.1:7001, that of 'attach' has to be set with --admin."],
            Examples =
            [
                ("The relay on this machine, live:", "foolscap-relay status"),
                ("A client, once:", "foolscap-relay status 127.0.0.1:7002 --once"),
                ("How many Tubs are registered? For a script:", "foolscap-relay status --json | jq .relay.tubs.total"),
                ("A relay elsewhere, by SSH:", "ssh -L 7001:127.0.0.1:7001 relay.example.org -N &  foolscap-relay status"),
            ],
            ExitCodes = [(ExitCodes.Done, "It answered; also after Ctrl+C in the live view."), (ExitCodes.Failed, "Nothing answers there, or it refuses.")],
        };
        command.SetAction((parsed, _) => status.RunAsync(parsed));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        using Interruption interruption = new();
        using StatusSource source = new(parsed.GetValue(_address) ?? ReadAddress(AdminSettings.DefaultListen), ReadToken(parsed.GetValue(_tokenFile)));
        (StatusReport first, string json) = await source.ReadAsync(interruption.Token).ConfigureAwait(false);
        if (parsed.GetValue(_json))
        {
            _console.Out.WriteLine(json);
            return ExitCodes.Done;
        }

        if (parsed.GetValue(_once) || !_console.CanAnimate)
        {
            _console.Screen.Write(StatusView.Create(first, _console.Screen.Profile.Width));
            return ExitCodes.Done;
        }

        TimeSpan interval = TimeSpan.FromSeconds(parsed.GetResult(_interval) is null ? DefaultInterval : parsed.GetValue(_interval));
        await ShowAsync(source, first, interval, interruption.Token).ConfigureAwait(false);
        return ExitCodes.Done;
    }

    private Task ShowAsync(StatusSource source, StatusReport first, TimeSpan interval, CancellationToken cancellationToken) =>
        _console.Screen.Live(StatusView.Create(first, _console.Screen.Profile.Width)).Overflow(VerticalOverflow.Ellipsis).AutoClear(false).StartAsync(async live =>
        {
            using PeriodicTimer looks = new(interval);
            StatusReport last = first;
            try
            {
                while (await looks.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
                {
                    string? problem = null;
                    try
                    {
                        (last, _) = await source.ReadAsync(cancellationToken).ConfigureAwait(false);
                    }
                    catch (ToolException exception)
                    {
                        problem = exception.Message; // A restart is no reason to end: it comes back.
                    }

                    live.UpdateTarget(StatusView.Create(last, _console.Screen.Profile.Width, problem));
                }
            }
            catch (OperationCanceledException)
            {
                // Ctrl+C is how one leaves.
            }
        });

    private static string? ReadToken(string? file)
    {
        if (file is null)
        {
            return null;
        }

        try
        {
            string token = File.ReadAllText(file).Trim();
            return token.Length > 0 && token.All(character => character is > ' ' and <= '~')
                ? token
                : throw new ToolException($"{file} holds no token: one line of letters, digits and signs is wanted, the value of Admin:Token.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ToolException($"The token's file cannot be read: {exception.Message}");
        }
    }

    private static Uri ReadAddress(string text)
    {
        string address = text.Contains("://", StringComparison.Ordinal) ? text : $"http://{text}";
        return Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https" && uri.Host.Length > 0
            ? uri
            : throw new FormatException($"'{text}' is no address such as {AdminSettings.DefaultListen} or http://localhost:7001/.");
    }

    private static double ReadInterval(string text) =>
        double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out double seconds) && seconds >= 0.1 && seconds <= LongestInterval
            ? seconds
            : throw new FormatException($"'{text}' is no number of seconds from 0.1 to {LongestInterval}.");
}
