using System.Globalization;
using Foolscap.Relay.Interop.Tests.Peers;

namespace Foolscap.Relay.Faults.Tests.Fixtures;

/// <summary>What a process holds of the machine.</summary>
/// <param name="Handles">Its open file descriptors, but for those of libraries: a first exception loads some.</param>
/// <param name="Memory">Its resident memory, in bytes.</param>
internal readonly record struct Figures(int Handles, long Memory)
{
    /// <summary>Mebibyte.</summary>
    public const long MiB = 1024 * 1024;

    /// <summary>How many handles a runtime may open by itself.</summary>
    private const int SomeHandles = 3;

    /// <summary>
    /// By how much memory may differ that is back where it was: the runtime collects garbage when it has to, and not
    /// when somebody looks.
    /// </summary>
    private const long SomeMemory = 48 * MiB;

    public static Figures Of(ChildProcess process)
    {
        string proc = $"/proc/{process.Id.ToString(CultureInfo.InvariantCulture)}";
        string resident = File.ReadLines($"{proc}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return new Figures(
            Directory.EnumerateFileSystemEntries($"{proc}/fd").Count(IsHeld),
            long.Parse(resident.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024);
    }

    /// <summary>Waits until a process is back to these figures, or near them.</summary>
    public async Task WaitUntilBackAsync(string name, ChildProcess process)
    {
        Figures before = this;
        Figures now = Of(process);
        await Waiting.UntilAsync(
            () =>
            {
                now = Of(process);
                return now.Handles <= before.Handles + SomeHandles && now.Memory <= before.Memory + SomeMemory;
            },
            () => $"{name} back at {before}, and not at {now}");
        TestContext.Out.WriteLine($"{name}: {before}, and afterwards {now}");
    }

    private static bool IsHeld(string descriptor)
    {
        try
        {
            return new FileInfo(descriptor).LinkTarget?.EndsWith(".dll", StringComparison.Ordinal) == false;
        }
        catch (IOException)
        {
            return false; // closed meanwhile
        }
    }

    public override string ToString() => $"{Handles} handles and {Memory / (double)MiB:0.0} MiB";
}
