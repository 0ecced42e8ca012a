namespace Foolscap.Tubs;

/// <summary>
/// An object whose methods other Tubs may call, made of one delegate a method:
/// <code>
/// new Referenceable()
///     .On("greet", call => $"Hello, {call.Get&lt;string>(0)}!")
///     .OnAsync("fetch", async call => await store.ReadAsync(call.Get&lt;string>(0)));
/// </code>
/// </summary>
/// <remarks>Add all methods before the object is registered or sent; from then on it may be called from any thread.</remarks>
public sealed class Referenceable : IReferenceable
{
    private readonly Dictionary<string, Func<RemoteCall, ValueTask<object?>>> _methods = new(StringComparer.Ordinal);

    /// <summary>Adds a method that answers at once.</summary>
    /// <param name="method">Its name, as the caller gives it.</param>
    /// <param name="handler">What it does; its result is the answer, its exception the error answer.</param>
    /// <returns>This object.</returns>
    /// <exception cref="ArgumentException">There is a method of this name already.</exception>
    public Referenceable On(string method, Func<RemoteCall, object?> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Add(method, call => new ValueTask<object?>(handler(call)));
    }

    /// <summary>Adds a method that answers nothing: its answer is None.</summary>
    /// <param name="method">Its name, as the caller gives it.</param>
    /// <param name="handler">What it does; its exception becomes the error answer.</param>
    /// <returns>This object.</returns>
    /// <exception cref="ArgumentException">There is a method of this name already.</exception>
    public Referenceable On(string method, Action<RemoteCall> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Add(method, call =>
        {
            handler(call);
            return default;
        });
    }

    /// <summary>Adds a method that answers when its task completes.</summary>
    /// <param name="method">Its name, as the caller gives it.</param>
    /// <param name="handler">What it does; its result is the answer, its exception the error answer.</param>
    /// <returns>This object.</returns>
    /// <exception cref="ArgumentException">There is a method of this name already.</exception>
    public Referenceable OnAsync(string method, Func<RemoteCall, Task<object?>> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Add(method, call => new ValueTask<object?>(handler(call)));
    }

    /// <inheritdoc/>
    public ValueTask<object?> CallAsync(RemoteCall call)
    {
        ArgumentNullException.ThrowIfNull(call);
        return _methods.TryGetValue(call.Method, out Func<RemoteCall, ValueTask<object?>>? handler)
            ? handler(call)
            : throw call.UnknownMethod();
    }

    private Referenceable Add(string method, Func<RemoteCall, ValueTask<object?>> handler)
    {
        ArgumentException.ThrowIfNullOrEmpty(method);
        _methods.Add(method, handler);
        return this;
    }
}
