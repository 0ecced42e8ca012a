namespace Foolscap.Relay.Benchmarks.Micro;

/// <summary>What is measured must be right, or it is not measured.</summary>
internal static class Check
{
    /// <exception cref="InvalidOperationException">It is not so.</exception>
    public static void That(bool condition, string what)
    {
        if (!condition)
        {
            throw new InvalidOperationException($"Not measured, because it is wrong: {what}.");
        }
    }
}
