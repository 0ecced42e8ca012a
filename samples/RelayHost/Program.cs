// A relay. It keeps who it is in a folder, so that its TubID and its registrar's FURL are the same after a restart.
using System.CommandLine;
using System.Net;
using Foolscap.Furls;
using Foolscap.Relay.Server;
using Foolscap.Tubs;

Option<DirectoryInfo> folder = new("--folder") { Description = "Where the certificate and the registrar's FURL are kept.", Required = true };
Option<IPEndPoint> listen = new("--listen")
{
    Description = "The address to listen on.",
    Required = true,
    CustomParser = result => Read(result, text => IPEndPoint.Parse(text)),
};
Option<ConnectionHint[]> hints = new("--hint")
{
    Description = "Where others reach this relay, such as tcp:relay.example.org:7000; the listening address if not given.",
    CustomParser = result => [.. result.Tokens.Select(token => Read(result, _ => ConnectionHint.Parse(token.Value))).OfType<ConnectionHint>()],
};
Option<int> drain = new("--drain") { Description = "How many seconds relayed connections may go on after SIGTERM.", DefaultValueFactory = _ => 30 };
Option<bool> noDirect = new("--no-direct") { Description = "Carry all of a Tub's callers over its one connection." };
RootCommand command = new("Runs a Foolscap relay.") { folder, listen, hints, drain, noDirect };
command.SetAction(async (parsed, stopping) =>
{
    string directory = parsed.GetRequiredValue(folder).FullName;
    Directory.CreateDirectory(directory);
    string furlFile = Path.Combine(directory, "registrar.furl");
    string? name = File.Exists(furlFile) ? Furl.Parse(File.ReadAllText(furlFile).Trim()).Name : null;

    await using Tub tub = new(TubCertificate.LoadOrCreate(Path.Combine(directory, "relay.pem")), new TubOptions { Limits = TubLimits.Small });
    await using TubListener listener = new(tub);
    await using RelayServer relay = new(tub, new RelayServerOptions { RegistrarName = name, DirectConnections = !parsed.GetValue(noDirect) });
    IPEndPoint address = listener.Add(relay).Listen(parsed.GetRequiredValue(listen));
    tub.Hints = parsed.GetValue(hints) is { Length: > 0 } given ? given : [ConnectionHint.Tcp(address.Address.ToString(), address.Port)];

    SecretFile.Write(furlFile, $"{relay.RegistrarFurl}\n");
    Console.WriteLine(relay.RegistrarFurl);
    Console.Error.Write(relay.OpenFileProblem is string problem ? $"{problem}\n" : "");
    await Task.Delay(Timeout.Infinite, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    // SIGTERM, or Ctrl+C: what is relayed may come to its own end, within this time.
    await relay.DrainAsync(TimeSpan.FromSeconds(parsed.GetValue(drain)), CancellationToken.None);
});
return await command.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = Timeout.InfiniteTimeSpan });

static T? Read<T>(System.CommandLine.Parsing.ArgumentResult result, Func<string, T> parse)
{
    try
    {
        return parse(result.Tokens[^1].Value);
    }
    catch (FormatException exception)
    {
        result.AddError(exception.Message);
        return default;
    }
}
