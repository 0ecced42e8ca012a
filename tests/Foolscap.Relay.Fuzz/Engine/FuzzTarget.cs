using Foolscap.Relay.Fuzz.Mutation;

namespace Foolscap.Relay.Fuzz.Engine;

/// <summary>One place at which the library takes what strangers send. One input at a time.</summary>
internal abstract class FuzzTarget : IAsyncDisposable
{
    private volatile string _step = "nothing";

    public abstract string Name { get; }

    /// <summary>Well-formed inputs, from which others are made by mutation.</summary>
    public abstract IReadOnlyList<byte[]> Seeds { get; }

    public abstract IMutator Mutator { get; }

    /// <summary>After how many inputs the canary is asked whether it has noticed anything.</summary>
    public virtual int CanaryInterval => 100;

    /// <summary>
    /// How many bytes the whole process may allocate for an input of such a length; none if the target measures by itself.
    /// </summary>
    public virtual long? GetAllocationLimit(int inputLength) => null;

    /// <summary>What the target is waiting for, for the report of a hang.</summary>
    public string Step
    {
        get => _step;
        protected set => _step = value;
    }

    /// <summary>Sets the scene; called once, before the first input.</summary>
    public virtual Task StartAsync() => Task.CompletedTask;

    /// <summary>Feeds one input, and waits until the library is done with it. Any exception is a finding.</summary>
    public abstract Task RunAsync(byte[] input);

    /// <summary>Checks that those who have nothing to do with the inputs are served as before.</summary>
    public virtual Task CheckCanaryAsync() => Task.CompletedTask;

    public virtual ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
