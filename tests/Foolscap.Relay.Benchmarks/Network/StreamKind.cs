namespace Foolscap.Relay.Benchmarks.Network;

/// <summary>What the backend does on a connection: the byte behind the request header.</summary>
internal enum StreamKind : byte
{
    /// <summary>It sends back what it gets.</summary>
    Echo = (byte)'E',

    /// <summary>It takes a pattern up to its end, and then says so with one byte.</summary>
    Up = (byte)'U',

    /// <summary>It sends a pattern until it is told to stop.</summary>
    Down = (byte)'D',
}
