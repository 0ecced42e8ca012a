using System.CommandLine;
using System.Net;
using Foolscap.Furls;
using Foolscap.Relay.Benchmarks.Network;

namespace Foolscap.Relay.Benchmarks.Scale.Parts;

/// <summary>What this program is besides: the processes of a scale run, each of which lives until its stdin ends.</summary>
internal static class PartCommand
{
    public const string Name = "part";
    public const string Relay = "relay";
    public const string Client = "client";
    public const string Backend = "backend";
    public const string Tubs = "tubs";

    /// <summary>What the Tubs are told when the relay listens again; its time follows.</summary>
    public const string Again = "again ";

    public static Command Create()
    {
        Argument<string> registrar = new("registrar");
        Argument<string> target = new("target");
        Argument<int> count = new("count");
        Argument<RelayWay> way = new("way");

        Argument<string> folder = new("folder");
        Argument<int> port = new("port");

        Command relay = new(Relay) { count, folder, port };
        relay.SetAction((parsed, stopping) => RelayPart.RunAsync(
            parsed.GetValue(count), parsed.GetRequiredValue(folder), parsed.GetValue(port), stopping));
        Command client = new(Client) { registrar, target, count, way };
        client.SetAction((parsed, stopping) => ClientPart.RunAsync(
            Furl.Parse(parsed.GetRequiredValue(registrar)),
            IPEndPoint.Parse(parsed.GetRequiredValue(target)),
            parsed.GetValue(count),
            parsed.GetValue(way),
            stopping));
        Command backend = new(Backend);
        backend.SetAction((_, stopping) => BackendPart.RunAsync(stopping));
        Command tubs = new(Tubs) { registrar };
        tubs.SetAction((parsed, stopping) => TubsPart.RunAsync(Furl.Parse(parsed.GetRequiredValue(registrar)), stopping));
        return new Command(Name, "One process of a scale run.") { Hidden = true, Subcommands = { relay, client, backend, tubs } };
    }

    /// <summary>Waits for the end of stdin, which comes with the end of whoever started this process.</summary>
    public static async Task WaitUntilStoppedAsync(CancellationToken stopping)
    {
        while (await Console.In.ReadLineAsync(stopping) is not null)
        {
        }
    }
}
