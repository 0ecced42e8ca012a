using System.Net;
using Foolscap.Tubs;

namespace Foolscap.Relay.AspNetCore.Web;

/// <summary>Counts the wrong tokens of each address in a minute. Thread-safe.</summary>
internal sealed class LoginFailures(TimeProvider timeProvider)
{
    /// <summary>How many wrong tokens one address may give in a minute.</summary>
    public const int MostPerMinute = 10;

    /// <summary>More addresses are not counted: a token of 16 characters is not found by them either.</summary>
    private const int MostAddresses = 1000;

    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<AddressPrefix, int> _counts = [];
    private long _since = timeProvider.GetTimestamp();

    public bool AreTooMany(IPAddress? address)
    {
        lock (_gate)
        {
            Forget();
            return KeyOf(address) is AddressPrefix key && _counts.GetValueOrDefault(key) >= MostPerMinute;
        }
    }

    public void Add(IPAddress? address)
    {
        lock (_gate)
        {
            Forget();
            if (KeyOf(address) is AddressPrefix key && (_counts.ContainsKey(key) || _counts.Count < MostAddresses))
            {
                _counts[key] = _counts.GetValueOrDefault(key) + 1;
            }
        }
    }

    private static AddressPrefix? KeyOf(IPAddress? address) => AddressPrefix.Of(new IPEndPoint(address ?? IPAddress.Loopback, 0));

    private void Forget()
    {
        if (timeProvider.GetElapsedTime(_since) >= Period)
        {
            _counts.Clear();
            _since = timeProvider.GetTimestamp();
        }
    }
}
