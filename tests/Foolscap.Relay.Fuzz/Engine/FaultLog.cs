using Microsoft.Extensions.Logging;

namespace Foolscap.Relay.Fuzz.Engine;

/// <summary>
/// What the library logs as an error is a fault: strangers must not be able to cause one. Thread-safe.
/// </summary>
internal sealed class FaultLog : ILoggerFactory, ILogger
{
    private string? _fault;

    /// <summary>Throws if an error has been logged since the last time.</summary>
    public void ThrowIfFaulted()
    {
        if (Interlocked.Exchange(ref _fault, null) is string fault)
        {
            throw new FuzzFailureException(FailureKind.Fault, $"An error was logged: {fault}");
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        ArgumentNullException.ThrowIfNull(formatter);
        if (IsEnabled(logLevel))
        {
            Interlocked.CompareExchange(ref _fault, $"{eventId.Id} {formatter(state, exception)} {exception}", null);
        }
    }
}
