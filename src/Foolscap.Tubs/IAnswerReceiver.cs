namespace Foolscap.Tubs;

/// <summary>Hears how the calls of a <see cref="ByteStringSender"/> end.</summary>
/// <remarks>
/// Answers come on the reader of the connection, in their order. When the connection ends, the failures of all open calls
/// come on whatever thread has ended it, perhaps while an answer is still being heard. Neither method may block.
/// </remarks>
public interface IAnswerReceiver
{
    /// <summary>A call was answered.</summary>
    /// <param name="tag">The number that was given with the call.</param>
    /// <param name="value">The answer.</param>
    void OnAnswer(int tag, object? value);

    /// <summary>A call failed: at the other end, or because the connection is gone.</summary>
    /// <param name="tag">The number that was given with the call.</param>
    /// <param name="failure">Why.</param>
    void OnFailure(int tag, Exception failure);
}
