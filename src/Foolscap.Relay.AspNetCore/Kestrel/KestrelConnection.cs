using System.IO.Pipelines;
using System.Net.Sockets;
using Foolscap.Tubs;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Foolscap.Relay.AspNetCore.Kestrel;

/// <summary>A connection that Kestrel has accepted.</summary>
internal sealed class KestrelConnection : TransportConnection
{
    /// <summary>What a reader who does not read has for the rest, as at a listener of the relay's own.</summary>
    private static readonly TimeSpan RestAfterAbort = TimeSpan.FromSeconds(5);

    /// <summary>The same where nobody has reset the connection: a slow reader needs his time.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(60);

    private readonly ConnectionContext _connection;
    private readonly ObservedPipeWriter _output;
    private readonly TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public KestrelConnection(ConnectionContext connection)
        : base(connection.RemoteEndPoint)
    {
        _connection = connection;
        _output = new ObservedPipeWriter(connection.Transport.Output);
        if (connection.Features.Get<IConnectionSocketFeature>()?.Socket is Socket socket)
        {
            EnableKeepAlive(socket);
        }
    }

    public override PipeReader Input => _connection.Transport.Input;

    public override PipeWriter Output => _output;

    /// <summary>When the relay does not need the connection any more.</summary>
    public Task LetGo => _letGo.Task;

    /// <summary>Closes the connection once all that was written has been sent, or is not read for too long.</summary>
    public async Task CloseAsync(TimeProvider timeProvider)
    {
        Task closing = _connection.DisposeAsync().AsTask();
        try
        {
            await closing.WaitAsync(IsAborted ? RestAfterAbort : Rest, timeProvider).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            _connection.Abort(Reset());
            await closing.ConfigureAwait(false);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        try
        {
            await _output.CompleteAsync(Error()).ConfigureAwait(false);
            await Input.CompleteAsync(Error()).ConfigureAwait(false);
        }
        finally
        {
            _letGo.TrySetResult();
        }
    }

    protected override void OnAbort()
    {
        if (_output.IsOrderlyCompleted)
        {
            // Kestrel has the last words still to send, and closes both directions then: a reset now would overtake them.
            Input.CancelPendingRead();
        }
        else
        {
            _connection.Abort(Reset());
        }
    }

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

    private static ConnectionAbortedException Reset() => new("The relay has reset the connection.");

    private ConnectionAbortedException? Error() => IsAborted ? Reset() : null;
}
