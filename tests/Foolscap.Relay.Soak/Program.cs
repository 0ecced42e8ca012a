// Wears out a relay and its clients, as built programs, and tells whether they lose bytes, or hold what they no longer need.
//
//     dotnet run -c Release --project tests/Foolscap.Relay.Soak -- --minutes 15
//     dotnet run -c Release --project tests/Foolscap.Relay.Soak -- --connections 20000
//
// It reads /proc, and sends signals: Linux only.
using System.CommandLine;
using System.Globalization;
using Foolscap.Relay.Soak;
using Foolscap.TestUtilities.Processes;

Option<double> minutes = new("--minutes") { Description = "How long to churn.", DefaultValueFactory = _ => 15 };
Option<int> interval = new("--interval") { Description = "How often to report, in seconds.", DefaultValueFactory = _ => 10 };
Option<int> seed = new("--seed") { Description = "Where chance begins; another place each time if not given.", DefaultValueFactory = _ => Random.Shared.Next(1_000_000) };
Option<int?> connections = new("--connections") { Description = "Make so many connections as fast as it goes, in place of the churning." };
Option<FileInfo> relay = new("--relay-dll") { Description = "The built RelayHost; that of this repository and configuration if not given." };
Option<FileInfo> attach = new("--attach-dll") { Description = "The built AttachTub; that of this repository and configuration if not given." };
Option<string[]> relayArguments = new("--relay-argument") { Description = "What else to tell the relay; once for each word.", DefaultValueFactory = _ => [] };
minutes.Validators.Add(result => CheckPositive(result, result.GetValueOrDefault<double>()));
interval.Validators.Add(result => CheckPositive(result, result.GetValueOrDefault<int>()));
connections.Validators.Add(result => CheckPositive(result, result.GetValueOrDefault<int?>() ?? 1));

RootCommand command = new("Wears out a relay and its clients, and judges what they hold.") { minutes, interval, seed, connections, relay, attach, relayArguments };
command.SetAction(async (parsed, stopping) =>
{
    SoakOptions options = new(
        parsed.GetValue(minutes),
        TimeSpan.FromSeconds(parsed.GetValue(interval)),
        parsed.GetValue(seed),
        parsed.GetValue(connections),
        BuiltPrograms.Find("RelayHost", parsed.GetValue(relay)),
        BuiltPrograms.Find("AttachTub", parsed.GetValue(attach)),
        parsed.GetValue(relayArguments) ?? []);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {options.Seed}"));
    SoakRun run = options.Connections is int count ? new ConnectionsRun(options, count) : new ChurnRun(options);
    return await run.RunAsync(stopping) ? 0 : 1;
});
return await command.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(90) });

static void CheckPositive(System.CommandLine.Parsing.OptionResult result, double value)
{
    if (value <= 0)
    {
        result.AddError($"{result.Option.Name} must be positive.");
    }
}
