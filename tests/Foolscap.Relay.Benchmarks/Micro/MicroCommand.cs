using System.CommandLine;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Foolscap.TestUtilities;
using Perfolizer.Horology;

namespace Foolscap.Relay.Benchmarks.Micro;

/// <summary>The command line of the parts, each measured alone; what follows it goes to BenchmarkDotNet.</summary>
internal static class MicroCommand
{
    public static Command Create()
    {
        Command command = new("micro", "Measures parts alone with BenchmarkDotNet, whose options it takes, such as --filter '*Encode*'.")
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        command.SetAction(parsed =>
        {
            string[] arguments = [.. parsed.UnmatchedTokens];
            IEnumerable<BenchmarkDotNet.Reports.Summary> summaries = BenchmarkSwitcher
                .FromAssembly(typeof(MicroCommand).Assembly)
                .Run(arguments.Length > 0 ? arguments : ["--filter", "*"], MakeConfig());
            return summaries.Any() && summaries.All(summary => !summary.HasCriticalValidationErrors && summary.Reports.All(report => report.Success)) ? 0 : 1;
        });
        return command;
    }

    private static ManualConfig MakeConfig() => ManualConfig.CreateEmpty()
        .AddJob(Job.Default
            .WithToolchain(InProcessEmitToolchain.Instance) // What has been built is measured: there is nothing to restore and to build again.
            .WithWarmupCount(4)
            .WithIterationCount(10)
            .WithIterationTime(TimeInterval.FromMilliseconds(200)))
        .AddDiagnoser(MemoryDiagnoser.Default)
        .AddColumnProvider(DefaultColumnProviders.Instance)
        .AddLogger(ConsoleLogger.Default)
        .AddExporter(MarkdownExporter.GitHub)
        .WithArtifactsPath(Repository.GetPath("artifacts", "benchmarks"));
}
