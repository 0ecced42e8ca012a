using Foolscap.Relay.Fuzz.Engine;
using Foolscap.Relay.Fuzz.Mutation;
using Microsoft.Extensions.Logging;

namespace Foolscap.Relay.Fuzz.Tests;

/// <summary>What is wrong with a <see cref="PlantedTarget"/>.</summary>
public enum Defect
{
    None,
    WrongException,
    SwallowedMistake,
    UnobservedTask,
    LoggedError,
    Allocation,
    Canary,
    Hang,
}

/// <summary>A parser with a defect that two bytes in a row bring up, which stand in no seed.</summary>
internal sealed class PlantedTarget(Defect defect, List<byte[]>? fed = null) : FuzzTarget
{
    private readonly FaultLog _log = new();
    private bool _disturbed;

    public static byte[] Trigger { get; } = [0x85, 0x7F];

    public override string Name => "planted";

    public override IReadOnlyList<byte[]> Seeds { get; } = [.. Enumerable.Range(0, 10).Select(i => new byte[] { 0x85, (byte)i, 0x85, 2, 3 })];

    public override IMutator Mutator { get; } = new ByteMutator();

    public override int CanaryInterval => 1;

    public static bool IsTriggeredBy(byte[] input) => input.AsSpan().IndexOf(Trigger) >= 0;

    public override long? GetAllocationLimit(int inputLength) => 16 * 1024 * 1024;

    public override async Task RunAsync(byte[] input)
    {
        fed?.Add(input);
        if (!IsTriggeredBy(input))
        {
            return;
        }

        switch (defect)
        {
            case Defect.WrongException:
                _ = input[int.Parse("99", System.Globalization.CultureInfo.InvariantCulture)];
                break;
            case Defect.SwallowedMistake:
                Swallow(input);
                break;
            case Defect.UnobservedTask:
                Forget();
                FaultWatch.Collect();
                break;
            case Defect.LoggedError:
                _log.Log(LogLevel.Error, default, "failed", exception: null, (state, _) => state);
                _log.ThrowIfFaulted();
                break;
            case Defect.Allocation:
                GC.KeepAlive(new byte[64 * 1024 * 1024]);
                break;
            case Defect.Canary:
                _disturbed = true;
                break;
            case Defect.Hang:
                Step = "what never comes";
                await new TaskCompletionSource().Task;
                break;
        }
    }

    public override Task CheckCanaryAsync() => _disturbed
        ? throw new FuzzFailureException(FailureKind.Canary, "The canary has noticed.")
        : Task.CompletedTask;

    /// <summary>As a catch of everything does it, to which nobody looks.</summary>
    private static void Swallow(object input)
    {
        try
        {
            _ = (string)input;
        }
        catch (Exception)
        {
            // The mistake is what is looked for.
        }
    }

    private static void Forget() => _ = Task.FromException(new InvalidDataException("thrown in Foolscap.Planted"));
}
