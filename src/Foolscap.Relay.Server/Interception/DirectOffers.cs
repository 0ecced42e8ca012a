using System.Collections.Concurrent;
using System.Security.Cryptography;
using Foolscap.Tubs;

namespace Foolscap.Relay.Server.Interception;

/// <summary>
/// The tokens that are good for a direct connection at the moment: each for one, while a Tub is asked to accept. They are
/// looked up by a keyed hash, so that a stranger learns nothing about them from the time that it takes. Thread-safe.
/// </summary>
internal sealed class DirectOffers
{
    private const int TokenBytes = 20;

    private readonly ConcurrentDictionary<NameKey, DirectOffer> _offers = new();

    /// <summary>How many are good.</summary>
    public int Count => _offers.Count;

    /// <summary>Makes a token. It is good until a connection has come with it, or it is withdrawn.</summary>
    public DirectOffer Create()
    {
        DirectOffer offer = new(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TokenBytes)));
        _offers[offer.Key] = offer;
        return offer;
    }

    /// <summary>A connection has come with a token.</summary>
    /// <returns>Whether it is a good one; then the connection belongs to whoever made the offer.</returns>
    public bool TryTake(string token, TransportConnection connection)
    {
        if (!_offers.TryRemove(NameKey.Of(token), out DirectOffer? offer))
        {
            return false;
        }

        offer.Give(connection);
        return true;
    }

    /// <summary>Ends an offer.</summary>
    /// <returns>Whether it was not used; if it was, its connection is there, and is the caller's.</returns>
    public bool TryWithdraw(DirectOffer offer) => _offers.TryRemove(offer.Key, out _);
}

/// <summary>One token.</summary>
internal sealed class DirectOffer(string token)
{
    private readonly TaskCompletionSource<TransportConnection> _connection = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The secret itself, for the Tub only.</summary>
    public string Token { get; } = token;

    public NameKey Key { get; } = NameKey.Of(token);

    /// <summary>Completes when the Tub has come with the token.</summary>
    public Task<TransportConnection> Connection => _connection.Task;

    public void Give(TransportConnection connection) => _connection.SetResult(connection);
}
