namespace Foolscap.Tubs;

/// <summary>
/// An object whose methods other Tubs may call (<c>foolscap.referenceable.Referenceable</c>). <see cref="Referenceable"/>
/// is the convenient way to make one.
/// </summary>
/// <remarks>
/// Calls of one connection get control in the order in which they were made; one that answers later holds up nobody.
/// Calls of different connections may run at the same time.
/// </remarks>
public interface IReferenceable
{
    /// <summary>Runs one call.</summary>
    /// <param name="call">The method, its arguments, and who calls.</param>
    /// <returns>The answer. Any exception becomes an error answer with its type and message.</returns>
    ValueTask<object?> CallAsync(RemoteCall call);
}
