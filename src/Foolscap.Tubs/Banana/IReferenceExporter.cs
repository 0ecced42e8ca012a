namespace Foolscap.Tubs.Banana;

/// <summary>What the encoder needs to know of the references of its connection.</summary>
internal interface IReferenceExporter
{
    /// <summary>A message starts: what it exports stands or falls with it.</summary>
    void BeginMessage();

    /// <summary>The message that was begun last is not sent: takes back what it exported.</summary>
    void Rollback();

    /// <summary>Counts one more sending of a local object's reference.</summary>
    /// <exception cref="ViolationException">The peer holds too many references already.</exception>
    ExportedReference Export(IReferenceable local);

    /// <summary>The connection-local id of a remote object.</summary>
    /// <exception cref="ViolationException">The object lives on another connection, or the reference is released.</exception>
    long GetClid(RemoteReference remote);
}
