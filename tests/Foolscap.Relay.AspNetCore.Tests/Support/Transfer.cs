using Foolscap.Tubs;

namespace Foolscap.Relay.AspNetCore.Tests.Support;

/// <summary>Bytes that flow to a Tub.</summary>
internal static class Transfer
{
    /// <summary>Keeps sending until something has come about.</summary>
    public static async Task RunUntilAsync(RemoteReference reference, Func<Task> untilThis)
    {
        using CancellationTokenSource enough = new();
        Task sending = SendAsync(reference, enough.Token);
        try
        {
            await untilThis();
        }
        finally
        {
            await enough.CancelAsync();
            await sending;
        }
    }

    private static async Task SendAsync(RemoteReference reference, CancellationToken enough)
    {
        byte[] part = new byte[64 * 1024];
        while (!enough.IsCancellationRequested)
        {
            await reference.CallAsync("put", [part], CancellationToken.None); // The last one may end.
        }
    }
}
