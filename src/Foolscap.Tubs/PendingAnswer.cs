namespace Foolscap.Tubs;

/// <summary>
/// Where the answer to a call of an <see cref="IByteStringReceiver"/> goes. Use one of its methods, once, from any
/// thread; after the connection has ended they do nothing.
/// </summary>
public readonly struct PendingAnswer : IEquatable<PendingAnswer>
{
    private readonly TubConnection _connection;
    private readonly long _requestId;

    internal PendingAnswer(TubConnection connection, long requestId)
    {
        _connection = connection;
        _requestId = requestId;
    }

    /// <summary>Answers None.</summary>
    public void Complete() => _connection.Calls.Answer(_requestId, null);

    /// <summary>Answers an integer.</summary>
    /// <param name="value">The answer.</param>
    public void Complete(long value) => _connection.Calls.AnswerInteger(_requestId, value);

    /// <summary>Answers with an error.</summary>
    /// <param name="exception">What went wrong; the caller gets its type and message.</param>
    public void Fail(Exception exception) => _connection.Calls.AnswerError(_requestId, exception);

    /// <inheritdoc/>
    public bool Equals(PendingAnswer other) => _connection == other._connection && _requestId == other._requestId;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PendingAnswer other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_connection, _requestId);

    /// <summary>Compares by value.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    /// <returns>Whether they are the answer to the same call.</returns>
    public static bool operator ==(PendingAnswer left, PendingAnswer right) => left.Equals(right);

    /// <summary>Compares by value.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    /// <returns>Whether they are the answers to different calls.</returns>
    public static bool operator !=(PendingAnswer left, PendingAnswer right) => !left.Equals(right);
}
