using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Foolscap.Relay.Tool.Logging;

/// <summary>
/// Hands log lines to a task of their own, so that nobody who relays waits for a terminal or a collector that does not read.
/// Beyond a few thousand lines that wait, new ones are dropped and counted.
/// </summary>
internal sealed class ToolLoggerProvider : ILoggerProvider, IAsyncDisposable
{
    private const int MostWaiting = 4096;

    private readonly Channel<LogLine> _lines;
    private readonly Task _writing;
    private long _dropped;

    public ToolLoggerProvider(ILogLineWriter writer, TimeProvider timeProvider)
    {
        TimeProvider = timeProvider;
        _lines = Channel.CreateBounded<LogLine>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
        _writing = Task.Run(() => WriteAsync(writer));
    }

    private TimeProvider TimeProvider { get; }

    public ILogger CreateLogger(string categoryName) => new ToolLogger(this, categoryName);

    public void Dispose()
    {
        _lines.Writer.TryComplete();
        _writing.Wait(TimeSpan.FromSeconds(2)); // At the very end only: what is left should be seen, if somebody still reads.
    }

    public async ValueTask DisposeAsync()
    {
        _lines.Writer.TryComplete();
        await _writing.WaitAsync(TimeSpan.FromSeconds(2)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task WriteAsync(ILogLineWriter writer)
    {
        await foreach (LogLine line in _lines.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                if (Interlocked.Exchange(ref _dropped, 0) is long dropped and > 0)
                {
                    writer.Write(line with { Level = LogLevel.Warning, Category = "Foolscap.Log", Event = default, Message = $"{dropped} log lines were dropped: nobody read them in time.", Values = [], Exception = null });
                }

                writer.Write(line);
            }
            catch (IOException)
            {
                // Whoever read has gone. A relay goes on without.
            }
        }
    }

    private sealed class ToolLogger(ToolLoggerProvider provider, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            // The state of a generated log method is used again by its thread once this returns.
            IReadOnlyList<KeyValuePair<string, object?>> values = state is IReadOnlyList<KeyValuePair<string, object?>> list ? [.. list] : [];
            LogLine line = new(provider.TimeProvider.GetUtcNow(), logLevel, category, eventId, formatter(state, exception), values, exception);
            if (!provider._lines.Writer.TryWrite(line))
            {
                Interlocked.Increment(ref provider._dropped);
            }
        }
    }
}
