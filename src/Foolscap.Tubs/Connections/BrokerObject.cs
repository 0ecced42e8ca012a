using Foolscap.Tubs.References;

namespace Foolscap.Tubs.Connections;

/// <summary>
/// The object with clid 0 that each end of a connection offers to the other (<c>foolscap.broker.RIBroker</c>): it finds
/// objects by their names, and takes references back.
/// </summary>
internal sealed class BrokerObject(Tub tub, ExportTable exports) : IReferenceable
{
    public ValueTask<object?> CallAsync(RemoteCall call)
    {
        switch (call.Method)
        {
            case "getReferenceByName":
                string name = Argument<string>(call, "name", 0);
                return new(tub.FindByName(name) ?? throw new KeyNotFoundException(
                    $"unable to find reference for name starting with '{name[..Math.Min(2, name.Length)]}'"));
            case "decref":
                exports.Release(Argument<long>(call, "clid", 0), Argument<long>(call, "count", 1));
                return default;
            case "decgift":
                return default; // No gift is ever given.
            default:
                throw call.UnknownMethod();
        }
    }

    /// <summary>Foolscap gives these arguments by name, other implementations may by position.</summary>
    private static T Argument<T>(RemoteCall call, string keyword, int position) =>
        call.TryGet(keyword, out T? value) ? value! : call.Get<T>(position);
}
