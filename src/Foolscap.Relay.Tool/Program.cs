using System.CommandLine;
using Foolscap.Relay.Tool;
using Foolscap.Relay.Tool.CommandLine;
using Foolscap.Relay.Tool.Terminal;

ToolConsole console = ToolConsole.Create();
try
{
    ParseResult parsed = ToolCommand.Create(console).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
    return UsageErrors.TryReport(parsed, console)
        ? ExitCodes.Usage
        : await parsed.InvokeAsync(ToolCommand.Invocation).ConfigureAwait(false);
}
catch (Exception exception)
{
    return Failures.Report(exception, console);
}
