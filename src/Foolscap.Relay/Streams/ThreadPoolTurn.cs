using System.Runtime.CompilerServices;

namespace Foolscap.Relay.Streams;

/// <summary>
/// Lets others have the thread: whoever awaits it goes on behind all work that the thread pool has, which
/// <see cref="Task.Yield"/>, whose work comes before that, does not do. One waiter at a time; a wait allocates nothing.
/// </summary>
internal sealed class ThreadPoolTurn : ICriticalNotifyCompletion, IThreadPoolWorkItem
{
    private Action? _continuation;

    public bool IsCompleted => false;

    public ThreadPoolTurn GetAwaiter() => this;

    public void GetResult()
    {
    }

    public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

    public void UnsafeOnCompleted(Action continuation)
    {
        _continuation = continuation;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute() => _continuation!();
}
