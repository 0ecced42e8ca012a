using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Globalization;
using Foolscap.Relay.Tool.Terminal;

namespace Foolscap.Relay.Tool.CommandLine;

/// <summary>The usual help, and below it examples, notes and the exit codes.</summary>
internal sealed class DocumentedHelp : SynchronousCommandLineAction
{
    private const int PipedWidth = 110;
    private const string Mark = "\u0001\u0001";

    private static readonly (int Code, string Means)[] CommonCodes =
    [
        (ExitCodes.Done, "It worked."),
        (ExitCodes.Failed, "It did not work; stderr says why."),
        (ExitCodes.Usage, "The command line is wrong."),
    ];

    private static readonly (string Does, string Line)[] RootExamples =
    [
        ("Run a relay on a public host:", "foolscap-relay serve --folder /var/lib/foolscap-relay --listen 0.0.0.0:7000 --hint tcp:relay.example.org:7000"),
        ("Keep a Tahoe-LAFS node reachable through it:", "foolscap-relay attach --tahoe ~/.tahoe --relay-file relay.furl"),
        ("Try whether a FURL works, as any caller would:", "foolscap-relay probe 'pb://...'"),
    ];

    private static readonly (int Code, string Means)[] RootCodes =
    [
        (ExitCodes.Configuration, "The configuration is wrong; stderr lists every fault."),
        (ExitCodes.Partly, "Some of it worked and some did not."),
        (ExitCodes.Interrupted, "Ctrl+C came before there was a result, or twice."),
    ];

    private readonly HelpAction _usual;
    private readonly ToolConsole _console;

    public DocumentedHelp(HelpAction usual, ToolConsole console)
    {
        _usual = usual;
        _console = console;
        if (!console.OutIsTerminal)
        {
            _usual.MaxWidth = PipedWidth;
        }
    }

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        Command command = parseResult.CommandResult.Command;
        int code = command.Subcommands.Count > 0 ? WriteUsual(parseResult, command.Subcommands) : _usual.Invoke(parseResult);
        if (command is DocumentedCommand documented)
        {
            Write(documented.Examples, documented.ExitCodes, documented.Notes);
        }
        else if (command is RootCommand)
        {
            Write(RootExamples, RootCodes, ["NO_COLOR=1 turns colours off; what is not a terminal gets none.", "Run 'foolscap-relay COMMAND --help' for a command's options and examples."]);
        }

        return code;
    }

    /// <summary>The list of commands shows all of their arguments as if they were required.</summary>
    private int WriteUsual(ParseResult parseResult, IEnumerable<Command> commands)
    {
        // Marked so that the columns fit: <FILE..> is as wide as [<FILE>].
        List<Argument> optional = [.. commands.SelectMany(one => one.Arguments).Where(argument => argument.Arity.MinimumNumberOfValues == 0)];
        optional.ForEach(argument => argument.HelpName = $"{argument.Name}{Mark}");
        TextWriter output = parseResult.InvocationConfiguration.Output;
        using StringWriter text = new(CultureInfo.InvariantCulture);
        try
        {
            parseResult.InvocationConfiguration.Output = text;
            int code = _usual.Invoke(parseResult);
            output.Write(optional.Aggregate(text.ToString(), (all, argument) => all.Replace($"<{argument.HelpName}>", $"[<{argument.Name}>]", StringComparison.Ordinal)));
            return code;
        }
        finally
        {
            parseResult.InvocationConfiguration.Output = output;
        }
    }

    private void Write(IReadOnlyList<(string Does, string Line)> examples, IReadOnlyList<(int Code, string Means)> codes, IReadOnlyList<string> notes)
    {
        TextWriter output = _console.Out;
        if (notes.Count > 0)
        {
            output.WriteLine("Notes:");
            foreach (string note in notes)
            {
                output.WriteLine($"  {note}");
            }

            output.WriteLine();
        }

        if (examples.Count > 0)
        {
            output.WriteLine("Examples:");
            foreach ((string does, string line) in examples)
            {
                output.WriteLine($"  {does}");
                output.WriteLine($"    {line}");
            }

            output.WriteLine();
        }

        output.WriteLine("Exit codes:");
        Dictionary<int, string> all = CommonCodes.ToDictionary(pair => pair.Code, pair => pair.Means);
        foreach ((int code, string means) in codes)
        {
            all[code] = means;
        }

        foreach ((int code, string means) in all.OrderBy(pair => pair.Key))
        {
            output.WriteLine($"  {code.ToString(CultureInfo.InvariantCulture),-3}  {means}");
        }

        output.WriteLine();
    }
}
