using System.IO.Pipelines;
using System.Net.Sockets;
using Foolscap.Tubs;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Foolscap.Relay.AspNetCore.Kestrel;

/// <summary>A connection that Kestrel has accepted.</summary>
internal sealed class KestrelConnection : TransportConnection
{
    private readonly ConnectionContext _connection;
    private readonly TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public KestrelConnection(ConnectionContext connection)
        : base(connection.RemoteEndPoint)
    {
        _connection = connection;
        if (connection.Features.Get<IConnectionSocketFeature>()?.Socket is Socket socket)
        {
            EnableKeepAlive(socket);
        }
    }

    public override PipeReader Input => _connection.Transport.Input;

    public override PipeWriter Output => _connection.Transport.Output;

    /// <summary>When the relay does not need the connection any more.</summary>
    public Task LetGo => _letGo.Task;

    public override async ValueTask DisposeAsync()
    {
        try
        {
            await Output.CompleteAsync(Error()).ConfigureAwait(false);
            await Input.CompleteAsync(Error()).ConfigureAwait(false);
        }
        finally
        {
            _letGo.TrySetResult();
        }
    }

    protected override void OnAbort() => _connection.Abort(new ConnectionAbortedException("The relay has reset the connection."));

    /// <summary>The same times as those of a listener of the relay's own: a peer that vanishes is noticed after 60 s.</summary>
    private static void EnableKeepAlive(Socket socket)
    {
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 20);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 10);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 4);
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or PlatformNotSupportedException)
        {
            // No TCP, or gone already, which the next read tells.
        }
    }

    private ConnectionAbortedException? Error() => IsAborted ? new ConnectionAbortedException("The relay has reset the connection.") : null;
}
