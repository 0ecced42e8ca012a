using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Foolscap.Tubs;

/// <summary>
/// The part of an address by which limits count: an IPv4 address whole, an IPv6 address by its first 64 bits, because who
/// has one IPv6 address most often has all of a /64. An address that was only told (<see cref="ForwardedEndPoint"/>) counts
/// apart: who may tell one must not use up what is for those who have it. Compares by value.
/// </summary>
public readonly struct AddressPrefix : IEquatable<AddressPrefix>
{
    private readonly ulong _bits;
    private readonly bool _isIPv6;
    private readonly bool _isForwarded;

    private AddressPrefix(ulong bits, bool isIPv6, bool isForwarded) => (_bits, _isIPv6, _isForwarded) = (bits, isIPv6, isForwarded);

    /// <summary>Gets the prefix of an address.</summary>
    /// <param name="endPoint">The address. One that is mapped from IPv4 counts as the IPv4 address.</param>
    /// <returns>The prefix; <see langword="null"/> if it is no IP address, so that there is nothing to count by.</returns>
    public static AddressPrefix? Of(EndPoint? endPoint) => endPoint switch
    {
        IPEndPoint { Address: IPAddress address } => Of(address, isForwarded: false),
        ForwardedEndPoint forwarded when IPEndPoint.TryParse(forwarded.Address, out IPEndPoint? told) => Of(told.Address, isForwarded: true),
        _ => null,
    };

    private static AddressPrefix Of(IPAddress address, bool isForwarded)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return new AddressPrefix(BinaryPrimitives.ReadUInt32BigEndian(bytes), isIPv6: false, isForwarded);
        }

        return address.IsIPv4MappedToIPv6
            ? new AddressPrefix(BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]), isIPv6: false, isForwarded)
            : new AddressPrefix(BinaryPrimitives.ReadUInt64BigEndian(bytes), isIPv6: true, isForwarded);
    }

    /// <inheritdoc/>
    public bool Equals(AddressPrefix other) => _bits == other._bits && _isIPv6 == other._isIPv6 && _isForwarded == other._isForwarded;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is AddressPrefix other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_bits, _isIPv6, _isForwarded);

    /// <summary>The prefix as text: <c>198.51.100.7</c> or <c>2001:db8::/64</c>, and whether it was only told.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => _isForwarded ? $"{Format()} (forwarded)" : Format();

    private string Format()
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        if (!_isIPv6)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)_bits);
            return new IPAddress(bytes[..4]).ToString();
        }

        BinaryPrimitives.WriteUInt64BigEndian(bytes, _bits);
        return $"{new IPAddress(bytes)}/64";
    }

    /// <summary>Compares by value.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    /// <returns>Whether they are the same.</returns>
    public static bool operator ==(AddressPrefix left, AddressPrefix right) => left.Equals(right);

    /// <summary>Compares by value.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    /// <returns>Whether they differ.</returns>
    public static bool operator !=(AddressPrefix left, AddressPrefix right) => !left.Equals(right);
}
