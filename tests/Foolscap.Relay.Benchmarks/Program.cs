// How fast relay and client are on this machine, beside plain TCP; needs nothing but the SDK:
//
//     dotnet run -c Release --project tests/Foolscap.Relay.Benchmarks -- end-to-end
//     dotnet run -c Release --project tests/Foolscap.Relay.Benchmarks -- scale
//     dotnet run -c Release --project tests/Foolscap.Relay.Benchmarks -- micro --filter '*Encode*'
using System.CommandLine;
using Foolscap.Relay.Benchmarks.EndToEnd;
using Foolscap.Relay.Benchmarks.Micro;
using Foolscap.Relay.Benchmarks.Scale;
using Foolscap.Relay.Benchmarks.Scale.Parts;

RootCommand command = new("Measures what this relay costs.") { EndToEndCommand.Create(), ScaleCommand.Create(), MicroCommand.Create(), PartCommand.Create() };
return await command.Parse(args).InvokeAsync();
