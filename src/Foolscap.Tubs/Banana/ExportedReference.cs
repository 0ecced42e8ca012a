namespace Foolscap.Tubs.Banana;

/// <summary>What a <c>my-reference</c> sequence carries.</summary>
/// <param name="Clid">The connection-local id of the object.</param>
/// <param name="IsFirst">Whether the peer does not know it yet, and so has to be told the interface's name and the FURL.</param>
/// <param name="Furl">The object's FURL, if it has one.</param>
internal readonly record struct ExportedReference(long Clid, bool IsFirst, string? Furl);
