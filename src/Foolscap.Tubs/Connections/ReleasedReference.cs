using Foolscap.Tubs.References;

namespace Foolscap.Tubs.Connections;

/// <summary>Waits for the answer to a decref, until which the peer's object has to be remembered.</summary>
internal sealed class ReleasedReference(ImportTable imports, long clid) : IAnswerReceiver
{
    public void OnAnswer(int tag, object? value) => imports.EndRelease(clid);

    public void OnFailure(int tag, Exception failure) => imports.EndRelease(clid);
}
