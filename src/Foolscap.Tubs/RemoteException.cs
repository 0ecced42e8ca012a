namespace Foolscap.Tubs;

/// <summary>
/// A method that was called on a remote object failed there: the copy of a Twisted <c>Failure</c> that came back in the
/// error answer (<c>foolscap.call.CopiedFailure</c>).
/// </summary>
public sealed class RemoteException : FoolscapException
{
    /// <summary>Creates the error from the fields of an error answer.</summary>
    /// <param name="remoteType">The full name of the remote exception's class, such as <c>builtins.ValueError</c>.</param>
    /// <param name="remoteMessage">The remote exception as text.</param>
    /// <param name="remoteTraceback">The remote traceback, or a text that says that there is none.</param>
    /// <param name="remoteParents">The full names of the remote class and its base classes.</param>
    public RemoteException(string remoteType, string remoteMessage, string remoteTraceback, IReadOnlyList<string> remoteParents)
        : base($"{remoteType}: {remoteMessage}")
    {
        ArgumentNullException.ThrowIfNull(remoteParents);
        RemoteType = remoteType;
        RemoteMessage = remoteMessage;
        RemoteTraceback = remoteTraceback;
        RemoteParents = remoteParents;
    }

    /// <summary>The full name of the remote exception's class, such as <c>builtins.ValueError</c>.</summary>
    public string RemoteType { get; }

    /// <summary>The remote exception as text.</summary>
    public string RemoteMessage { get; }

    /// <summary>The traceback on the remote side, as far as that side gives it away.</summary>
    public string RemoteTraceback { get; }

    /// <summary>The full names of the remote exception's class and its base classes, as the remote side sent them.</summary>
    public IReadOnlyList<string> RemoteParents { get; }

    /// <summary>Tells whether the remote exception is of a class or of one derived from it (<c>Failure.check</c>).</summary>
    /// <param name="remoteType">The full name of a class, such as <c>builtins.LookupError</c>.</param>
    /// <returns>Whether the remote type or one of its parents has that name.</returns>
    public bool Is(string remoteType) => RemoteType == remoteType || RemoteParents.Contains(remoteType);
}
