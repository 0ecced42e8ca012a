using System.IO.Pipelines;
using Foolscap.Furls;
using Foolscap.Tubs.Transports;

namespace Foolscap.Tubs.Negotiation;

/// <summary>A connection on which both ends have said who they are; banana comes next.</summary>
/// <param name="Transport">What carries it.</param>
/// <param name="Tls">The TLS session on it.</param>
/// <param name="Input">What the peer sends inside of TLS.</param>
/// <param name="RemoteTubId">Who the peer has proven to be.</param>
/// <param name="RemoteIncarnation">Which run of the peer's process it is.</param>
/// <param name="IsMaster">Whether this side decides.</param>
internal sealed record NegotiatedConnection(
    TransportConnection Transport,
    PeerTls Tls,
    PipeReader Input,
    TubId RemoteTubId,
    string? RemoteIncarnation,
    bool IsMaster);
