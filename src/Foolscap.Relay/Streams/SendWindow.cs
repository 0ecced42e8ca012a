using System.Threading.Tasks.Sources;

namespace Foolscap.Relay.Streams;

/// <summary>
/// How much one direction of a stream may send: at most a window of bytes without an answer. One waiter at a time, without
/// an allocation for each wait. Thread-safe.
/// </summary>
internal sealed class SendWindow : IValueTaskSource
{
    /// <summary>No more than this is sent without an answer, however large a window the other end gives.</summary>
    private const int MaxWindow = 16 * 1024 * 1024;

    /// <summary>Nor more writes than this: small ones gather meanwhile, and what has to be remembered of each stays bounded.</summary>
    private const int MaxWrites = 256;

    private readonly Lock _gate = new();
    private ManualResetValueTaskSourceCore<bool> _opened = new() { RunContinuationsAsynchronously = true };
    private long _inFlight;
    private int _writes;
    private int _window;
    private bool _waiting;
    private bool _drain;
    private Exception? _failure;

    public void Open(int window)
    {
        lock (_gate)
        {
            _window = Math.Min(window, MaxWindow);
        }
    }

    /// <summary>How many bytes may be sent now; zero or less while the window is full.</summary>
    public long Room
    {
        get
        {
            lock (_gate)
            {
                return _writes < MaxWrites ? _window - _inFlight : 0;
            }
        }
    }

    /// <summary>Waits until something may be sent.</summary>
    public ValueTask WaitAsync() => WaitAsync(drain: false);

    /// <summary>Waits until everything has been answered.</summary>
    public ValueTask WaitUntilAnsweredAsync() => WaitAsync(drain: true);

    public void OnSent(int count)
    {
        lock (_gate)
        {
            _inFlight += count;
            _writes++;
        }
    }

    /// <summary>Bytes have been answered.</summary>
    /// <param name="count">How many.</param>
    /// <param name="window">The window from now on, if it changes.</param>
    public void OnAnswered(int count, int? window)
    {
        lock (_gate)
        {
            _inFlight -= count;
            _writes--;
            _window = Math.Min(window ?? _window, MaxWindow);
            if (!_waiting || !IsReached())
            {
                return;
            }

            _waiting = false;
        }

        _opened.SetResult(true);
    }

    /// <summary>Ends every wait.</summary>
    public void Fail(Exception failure)
    {
        lock (_gate)
        {
            if (_failure is not null)
            {
                return;
            }

            _failure = failure;
            if (!_waiting)
            {
                return;
            }

            _waiting = false;
        }

        _opened.SetException(failure);
    }

    private ValueTask WaitAsync(bool drain)
    {
        lock (_gate)
        {
            if (_failure is not null)
            {
                return ValueTask.FromException(_failure);
            }

            _drain = drain;
            if (IsReached())
            {
                return ValueTask.CompletedTask;
            }

            _opened.Reset();
            _waiting = true;
            return new ValueTask(this, _opened.Version);
        }
    }

    private bool IsReached() => _drain ? _inFlight == 0 : _inFlight < _window && _writes < MaxWrites;

    void IValueTaskSource.GetResult(short token) => _opened.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _opened.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _opened.OnCompleted(continuation, state, token, flags);
}
