// How fast relay and client are on this machine, beside plain TCP; needs nothing but the SDK:
//
//     dotnet run -c Release --project tests/Foolscap.Relay.Benchmarks -- end-to-end
using System.CommandLine;
using Foolscap.Relay.Benchmarks.EndToEnd;

RootCommand command = new("Measures what this relay costs.") { EndToEndCommand.Create() };
return await command.Parse(args).InvokeAsync();
