using System.Numerics;
using Foolscap.Furls;
using Foolscap.Tubs.Banana;
using Foolscap.Tubs.Connections;

namespace Foolscap.Tubs;

/// <summary>
/// A reference to an object of another Tub (<c>foolscap.referenceable.RemoteReference</c>). It lives as long as its
/// connection; after that, get a new one from the FURL.
/// </summary>
/// <remarks>
/// <para>Arguments and answers may be <see langword="null"/> (None), <see cref="bool"/>, integers of any size
/// (<see cref="long"/> where they fit, else <see cref="BigInteger"/>), <see cref="double"/>, <see cref="byte"/>[] (byte
/// string), <see cref="string"/> (text), lists, tuples (<see cref="BananaTuple"/>, or a value tuple on its way out),
/// dictionaries, sets, frozen sets, references to local objects (<see cref="IReferenceable"/>) and to objects of the
/// same peer. In a received dictionary a key None is <see cref="DBNull.Value"/>.</para>
/// <para>Each reference that is received is one of its own, even to the same object (they compare as equal), and counts
/// once at the peer, until it is disposed; a forgotten one is released by its finalizer. Thread-safe.</para>
/// </remarks>
public sealed class RemoteReference : IDisposable, IEquatable<RemoteReference>
{
    private int _released;

    internal RemoteReference(TubConnection connection, long clid, Furl? furl)
    {
        Connection = connection;
        Clid = clid;
        Furl = furl;
    }

    /// <summary>Lets the peer know if the program forgot to.</summary>
    ~RemoteReference()
    {
        if (Interlocked.Exchange(ref _released, 1) == 0)
        {
            // Not from here: releasing takes locks and writes to a connection.
            ThreadPool.UnsafeQueueUserWorkItem(static self => self.Connection.Release(self.Clid), this, preferLocal: false);
        }
    }

    /// <summary>The connection on which it was received, and which its calls use.</summary>
    public TubConnection Connection { get; }

    /// <summary>The object's FURL, if the peer has told it.</summary>
    public Furl? Furl { get; }

    internal long Clid { get; }

    internal bool IsReleased => Volatile.Read(ref _released) != 0;

    /// <summary>Calls a method and waits for its answer (<c>callRemote</c>).</summary>
    /// <param name="method">The method's name.</param>
    /// <param name="arguments">The positional arguments.</param>
    /// <param name="cancellationToken">Stops the waiting; the peer is not told, and its answer is thrown away.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="RemoteException">The method failed.</exception>
    /// <exception cref="ViolationException">An argument cannot be sent, or the answer cannot be taken.</exception>
    /// <exception cref="ConnectionLostException">The connection is gone.</exception>
    public Task<object?> CallAsync(string method, IReadOnlyList<object?>? arguments = null, CancellationToken cancellationToken = default) =>
        CallAsync(method, arguments, keywords: null, cancellationToken);

    /// <summary>Calls a method with keyword arguments too, and waits for its answer (<c>callRemote</c>).</summary>
    /// <param name="method">The method's name.</param>
    /// <param name="arguments">The positional arguments.</param>
    /// <param name="keywords">The keyword arguments.</param>
    /// <param name="cancellationToken">Stops the waiting; the peer is not told, and its answer is thrown away.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="RemoteException">The method failed.</exception>
    /// <exception cref="ViolationException">An argument cannot be sent, or the answer cannot be taken.</exception>
    /// <exception cref="ConnectionLostException">The connection is gone.</exception>
    public async Task<object?> CallAsync(
        string method,
        IReadOnlyList<object?>? arguments,
        IReadOnlyDictionary<string, object?>? keywords,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(method);
        ObjectDisposedException.ThrowIf(IsReleased, this);
        object? answer = await Connection.CallAsync(Clid, method, arguments ?? [], keywords, cancellationToken).ConfigureAwait(false);

        // A forgotten reference must not be given back before its call has been sent.
        GC.KeepAlive(this);
        return answer;
    }

    /// <summary>Calls a method and waits for an answer of a certain type.</summary>
    /// <typeparam name="T">As for <see cref="RemoteCall.Get{T}(int)"/>.</typeparam>
    /// <param name="method">The method's name.</param>
    /// <param name="arguments">The positional arguments.</param>
    /// <param name="cancellationToken">Stops the waiting; the peer is not told, and its answer is thrown away.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="RemoteException">The method failed.</exception>
    /// <exception cref="ViolationException">An argument cannot be sent, or the answer is of another type.</exception>
    /// <exception cref="ConnectionLostException">The connection is gone.</exception>
    public async Task<T> CallAsync<T>(string method, IReadOnlyList<object?>? arguments = null, CancellationToken cancellationToken = default)
    {
        object? answer = await CallAsync(method, arguments, keywords: null, cancellationToken).ConfigureAwait(false);
        return ReceivedValue.TryConvert(answer, out T? value)
            ? value!
            : throw new ViolationException(
                $"The answer of {method}() must be {ReceivedValue.Describe(typeof(T))}, and is {ReceivedValue.Describe(answer)}.");
    }

    /// <summary>Calls a method without waiting, or hearing, how it ends (<c>callRemoteOnly</c>).</summary>
    /// <param name="method">The method's name.</param>
    /// <param name="arguments">The positional arguments.</param>
    /// <exception cref="ViolationException">An argument cannot be sent.</exception>
    /// <exception cref="ConnectionLostException">The connection is gone.</exception>
    public void CallOnly(string method, IReadOnlyList<object?>? arguments = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(method);
        ObjectDisposedException.ThrowIf(IsReleased, this);
        Connection.Outbox.Post(new CallMessage(requestId: 0, Clid, method, arguments ?? [], keywords: null));
    }

    /// <summary>Gives the reference back: the peer may forget the object once all of them are (<c>decref</c>).</summary>
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        if (Interlocked.Exchange(ref _released, 1) == 0)
        {
            Connection.Release(Clid);
        }
    }

    /// <summary>Tells whether both refer to the same object on the same connection.</summary>
    /// <param name="other">Another reference.</param>
    /// <returns>Whether it is the same object.</returns>
    public bool Equals(RemoteReference? other) => other is not null && Connection == other.Connection && Clid == other.Clid;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as RemoteReference);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Connection, Clid);

    /// <inheritdoc/>
    public override string ToString() => $"object {Clid} of Tub {Connection.RemoteTubId.ToShortString()}";
}
