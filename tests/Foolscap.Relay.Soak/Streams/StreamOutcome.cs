using System.Net.Sockets;

namespace Foolscap.Relay.Soak.Streams;

/// <summary>How one end of a connection saw it end.</summary>
/// <param name="Fault">What went wrong, if anything did.</param>
/// <param name="Detail">That in words.</param>
internal readonly record struct StreamOutcome(StreamFault Fault, string Detail = "")
{
    /// <summary>Runs one end, and tells how it ended. It never fails.</summary>
    public static async Task<StreamOutcome> OfAsync(Func<Task> run)
    {
        try
        {
            await run();
            return new StreamOutcome(StreamFault.None);
        }
        catch (StreamFaultException exception)
        {
            return new StreamOutcome(exception.Fault, exception.Message);
        }
        catch (Exception exception) when (IsReset(exception))
        {
            return new StreamOutcome(StreamFault.Reset, exception.Message);
        }
        catch (OperationCanceledException)
        {
            return new StreamOutcome(StreamFault.TimedOut, $"nothing within {Deadlines.Stream.TotalSeconds:0} s");
        }
    }

    /// <summary>Whether the other end has reset the connection. The kernel tells that once; later it is a broken pipe.</summary>
    public static bool IsReset(Exception? exception) =>
        exception is SocketException
        {
            SocketErrorCode: SocketError.ConnectionReset or SocketError.Shutdown or SocketError.ConnectionAborted or SocketError.NotConnected,
        };
}
