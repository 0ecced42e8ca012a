namespace Foolscap.Relay.Hosting.Configuration;

/// <summary>A kind of value: how it is read from a text, what is allowed, and how it is shown.</summary>
/// <param name="type">The kind's name, for the reference.</param>
/// <param name="allowed">What may stand there, as part of a sentence.</param>
/// <typeparam name="T">The type in the options.</typeparam>
internal abstract class ValueKind<T>(string type, string allowed)
{
    public string Type => type;

    public string Allowed => allowed;

    /// <summary>Whether a value, or a part of it, may not be shown.</summary>
    public virtual bool IsSecret => false;

    /// <summary>Reads a value.</summary>
    /// <param name="text">The text; not empty.</param>
    /// <param name="value">The value, which may still be out of its range.</param>
    /// <returns>What is wrong with the text, as the rest of a sentence; null if it was read.</returns>
    public abstract string? Read(string text, out T value);

    /// <summary>Looks whether a value is in its range.</summary>
    /// <returns>What is wrong with it, as the rest of a sentence; null if nothing is.</returns>
    public abstract string? Check(T value);

    /// <summary>Writes a value as a configuration would.</summary>
    public abstract string Format(T value);
}
