using System.Threading.Channels;
using Foolscap.Relay.Tool.Terminal;
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
    private readonly HashSet<int> _leftOut;
    private long _dropped;

    /// <summary>Begins to write.</summary>
    /// <param name="writer">What writes the lines.</param>
    /// <param name="timeProvider">Tells their times.</param>
    /// <param name="leftOut">The numbers of events that are not written.</param>
    public ToolLoggerProvider(ILogLineWriter writer, TimeProvider timeProvider, IEnumerable<int> leftOut)
    {
        TimeProvider = timeProvider;
        _leftOut = [.. leftOut];
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
        private readonly bool _isOurs = category.StartsWith("Foolscap.", StringComparison.Ordinal);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (_isOurs && provider._leftOut.Contains(eventId.Id))
            {
                return;
            }

            // The state of a generated log method is used again by its thread once this returns.
            IReadOnlyList<KeyValuePair<string, object?>> values = state is IReadOnlyList<KeyValuePair<string, object?>> list ? [.. list] : [];
            LogLine line = new(provider.TimeProvider.GetUtcNow(), logLevel, category, eventId, Humanize(formatter(state, exception), values), values, exception);
            if (!provider._lines.Writer.TryWrite(line))
            {
                Interlocked.Increment(ref provider._dropped);
            }
        }

        /// <summary>Times in a message are .NET's own to the last digit: 00:00:01.1230616.</summary>
        private static string Humanize(string message, IReadOnlyList<KeyValuePair<string, object?>> values)
        {
            foreach ((_, object? value) in values)
            {
                if (value is TimeSpan time && time >= TimeSpan.Zero)
                {
                    message = message.Replace(time.ToString(), HumanDuration.Format(time), StringComparison.Ordinal);
                }
            }

            return message;
        }
    }
}
