namespace Foolscap.Relay.Tool.Probe;

/// <summary>The steps of a caller on its way to an object, in their order.</summary>
internal enum ProbeStep
{
    /// <summary>The hint's name becomes addresses.</summary>
    Resolve,

    /// <summary>A TCP connection is opened.</summary>
    Connect,

    /// <summary>The request that names the Tub is answered.</summary>
    Request,

    /// <summary>TLS: the other end proves that it has the certificate whose hash the TubID is.</summary>
    Tls,

    /// <summary>Both ends say what they can do, and one decides.</summary>
    Negotiate,

    /// <summary>The Tub is asked for the object.</summary>
    Object,
}
