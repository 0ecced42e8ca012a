using Microsoft.Extensions.Logging;

namespace Foolscap.TestUtilities;

/// <summary>Keeps what is logged, at every level. Thread-safe.</summary>
public sealed class RecordingLoggerFactory : ILoggerFactory
{
    private readonly Lock _gate = new();
    private readonly List<LogRecord> _records = [];
    private readonly List<(Predicate<LogRecord> Wanted, TaskCompletionSource<LogRecord> Found)> _awaited = [];

    /// <summary>Called for each record before the program that logs it goes on.</summary>
    public Action<LogRecord>? OnRecord { get; set; }

    public IReadOnlyList<LogRecord> Records
    {
        get
        {
            lock (_gate)
            {
                return [.. _records];
            }
        }
    }

    /// <summary>Waits for a record, one that is there already or one that comes.</summary>
    /// <exception cref="TimeoutException">None has come in ten seconds.</exception>
    public async Task<LogRecord> WaitForAsync(Predicate<LogRecord> wanted)
    {
        TaskCompletionSource<LogRecord> found = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_records.Find(wanted) is LogRecord present)
            {
                return present;
            }

            _awaited.Add((wanted, found));
        }

        return await found.Task.WithinLimit();
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
    }

    private void Add(LogRecord record)
    {
        OnRecord?.Invoke(record);
        List<TaskCompletionSource<LogRecord>> found;
        lock (_gate)
        {
            _records.Add(record);
            found = [.. _awaited.Where(waiter => waiter.Wanted(record)).Select(waiter => waiter.Found)];
            _awaited.RemoveAll(waiter => waiter.Wanted(record));
        }

        found.ForEach(waiter => waiter.TrySetResult(record));
    }

    private sealed class Logger(RecordingLoggerFactory owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            owner.Add(new LogRecord(category, logLevel, eventId, formatter(state, exception), exception));
    }
}

/// <summary>One message that was logged.</summary>
public sealed record LogRecord(string Category, LogLevel Level, EventId EventId, string Message, Exception? Exception);
