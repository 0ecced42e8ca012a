using System.Diagnostics.CodeAnalysis;
using Foolscap.Furls;
using Foolscap.Tubs.Banana;

namespace Foolscap.Tubs;

/// <summary>One call that a peer makes: the method, the arguments, and who calls. Immutable but for <see cref="AfterAnswer"/>.</summary>
public sealed class RemoteCall
{
    private static readonly Dictionary<string, object?> NoKeywords = [];

    private List<Action>? _afterAnswer;

    /// <summary>Creates a call, for tests of an <see cref="IReferenceable"/> without a connection.</summary>
    /// <param name="method">The method's name.</param>
    /// <param name="arguments">The positional arguments.</param>
    /// <param name="keywords">The keyword arguments; none by default.</param>
    /// <param name="connection">The connection on which the call arrived; none by default.</param>
    public RemoteCall(
        string method,
        IReadOnlyList<object?> arguments,
        IReadOnlyDictionary<string, object?>? keywords = null,
        TubConnection? connection = null)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(arguments);
        Method = method;
        Arguments = arguments;
        Keywords = keywords ?? NoKeywords;
        MaybeConnection = connection;
    }

    /// <summary>The method's name, without Python's <c>remote_</c>.</summary>
    public string Method { get; }

    /// <summary>The positional arguments.</summary>
    public IReadOnlyList<object?> Arguments { get; }

    /// <summary>The keyword arguments.</summary>
    public IReadOnlyDictionary<string, object?> Keywords { get; }

    /// <summary>The connection on which the call arrived. Its <see cref="TubConnection.RemoteTubId"/> is who calls.</summary>
    /// <exception cref="InvalidOperationException">The call was made without a connection, by a test.</exception>
    public TubConnection Connection =>
        MaybeConnection ?? throw new InvalidOperationException("This call was made without a connection.");

    /// <summary>The TubID that the caller has proven with its certificate.</summary>
    public TubId Caller => Connection.RemoteTubId;

    internal TubConnection? MaybeConnection { get; }

    /// <summary>Gets a positional argument as a certain type.</summary>
    /// <typeparam name="T">
    /// <see cref="int"/>, <see cref="long"/>, <see cref="System.Numerics.BigInteger"/>, <see cref="double"/>,
    /// <see cref="bool"/>, <see cref="string"/> (a byte string that holds ASCII is taken as well), <see cref="byte"/>[],
    /// <see cref="RemoteReference"/>, or any type that the received value itself has.
    /// </typeparam>
    /// <param name="index">The argument's position, from 0.</param>
    /// <exception cref="ViolationException">There is no such argument, or it is of another type; the caller sees it.</exception>
    public T Get<T>(int index)
    {
        if ((uint)index >= (uint)Arguments.Count)
        {
            throw new ViolationException($"{Method}() takes at least {index + 1} arguments, and got {Arguments.Count}.");
        }

        return ReceivedValue.TryConvert(Arguments[index], out T? value)
            ? value!
            : throw new ViolationException(
                $"Argument {index + 1} of {Method}() must be {ReceivedValue.Describe(typeof(T))}, and is {ReceivedValue.Describe(Arguments[index])}.");
    }

    /// <summary>Gets a keyword argument as a certain type, if the caller gave it.</summary>
    /// <typeparam name="T">As for <see cref="Get{T}(int)"/>.</typeparam>
    /// <param name="keyword">The argument's name.</param>
    /// <param name="value">The argument.</param>
    /// <returns>Whether it was given.</returns>
    /// <exception cref="ViolationException">It was given, and is of another type; the caller sees it.</exception>
    public bool TryGet<T>(string keyword, [MaybeNullWhen(false)] out T value)
    {
        if (!Keywords.TryGetValue(keyword, out object? given))
        {
            value = default;
            return false;
        }

        return ReceivedValue.TryConvert(given, out value)
            ? true
            : throw new ViolationException(
                $"Argument {keyword} of {Method}() must be {ReceivedValue.Describe(typeof(T))}, and is {ReceivedValue.Describe(given)}.");
    }

    /// <summary>Makes the error that tells the caller that there is no such method: <c>throw call.UnknownMethod()</c>.</summary>
    /// <returns>The exception to throw.</returns>
    public UnknownMethodException UnknownMethod() => new($"no method '{Excerpt.Of(Method)}'");

    /// <summary>
    /// Has something done right after the answer of this call, or its error, has been put on the connection: what is sent
    /// from there arrives behind the answer. It must not block. Call it before the method answers.
    /// </summary>
    /// <param name="action">What to do.</param>
    public void AfterAnswer(Action action) => (_afterAnswer ??= []).Add(action);

    internal void RunAfterAnswer() => _afterAnswer?.ForEach(static action => action());
}
