namespace Foolscap.Relay.Fuzz.Engine;

/// <summary>Takes away from an input, piece by piece, what the finding does not need.</summary>
/// <param name="replay">Feeds an input to a target of its own.</param>
/// <param name="found">The finding.</param>
internal sealed class Minimizer(Func<byte[], Task<FuzzFailure?>> replay, FuzzFailure found)
{
    private const int MaxAttempts = 400;

    private FuzzFailure? _smallest;
    private int _attempts;

    public async Task<FuzzFailure> RunAsync()
    {
        if (!await TryAsync(found.Input))
        {
            return found; // It needs the inputs before it.
        }

        for (int size = Math.Max(1, found.Input.Length / 2); size > 0; size /= 2)
        {
            for (int position = 0; position < _smallest!.Input.Length && _attempts < MaxAttempts;)
            {
                byte[] input = _smallest.Input;
                int end = Math.Min(position + size, input.Length);
                if (!await TryAsync([.. input[..position], .. input[end..]]))
                {
                    position += size;
                }
            }
        }

        return _smallest!;
    }

    private async Task<bool> TryAsync(byte[] input)
    {
        _attempts++;
        if (await replay(input) is not FuzzFailure failure || failure.Kind != found.Kind)
        {
            return false;
        }

        _smallest = failure with { Index = found.Index, IsReproduced = true };
        return true;
    }
}
