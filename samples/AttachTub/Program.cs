// Makes a Tub that listens on a loopback port, a Tahoe-LAFS node say, reachable through one relay or several.
using System.CommandLine;
using System.Net;
using Foolscap.Furls;
using Foolscap.Relay.Client;
using Foolscap.Tubs;

Option<Furl[]> registrars = new("--registrar")
{
    Description = "The registrar FURL of a relay; once for each relay.",
    Required = true,
    CustomParser = result => [.. result.Tokens.Select(token => Read(result, () => Furl.Parse(token.Value))).OfType<Furl>()],
};
Option<FileInfo> pem = new("--pem") { Description = "The Tub's certificate and private key.", Required = true };
Option<IPEndPoint> target = new("--target")
{
    Description = "Where the Tub listens, such as 127.0.0.1:3457.",
    Required = true,
    CustomParser = result => Read(result, () => IPEndPoint.Parse(result.Tokens[0].Value)),
};
Option<bool> noDirect = new("--no-direct") { Description = "Carry all callers over the one connection to a relay." };
RootCommand command = new("Makes an existing Tub reachable through a Foolscap relay.") { registrars, pem, target, noDirect };
command.SetAction(async (parsed, stopping) =>
{
    await using Tub tub = new(TubCertificate.Load(parsed.GetRequiredValue(pem).FullName));
    await using RelayClient client = RelayClient.Start(
        tub, parsed.GetRequiredValue(registrars), parsed.GetRequiredValue(target), new() { DirectConnections = !parsed.GetValue(noDirect) }, Report);
    await Task.Delay(Timeout.Infinite, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
});
return await command.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(10) });

static void Report(RelayStatus status)
{
    if (status.State == RelayState.Registered)
    {
        Console.WriteLine($"attached: {string.Join(',', status.Hints)}");
    }
    else if (status.State == RelayState.Waiting)
    {
        Console.Error.WriteLine($"relay {status.Relay}: {status.Reason} Trying again in {status.RetryIn.TotalSeconds:0.#} s.");
    }
}

static T? Read<T>(System.CommandLine.Parsing.ArgumentResult result, Func<T> parse)
{
    try
    {
        return parse();
    }
    catch (FormatException exception)
    {
        result.AddError(exception.Message);
        return default;
    }
}
