namespace Foolscap.Tubs.Connections;

/// <summary>
/// Gives the calls of one connection control one after the other, in the order of their arrival, away from the
/// connection's reader: a method that blocks delays other methods, and not the answers and PONGs. A method that answers
/// later holds up nobody. Thread-safe.
/// </summary>
internal sealed class CallQueue(InboundCalls calls) : IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private readonly Queue<InboundCall> _calls = new();
    private bool _running;

    public void Enqueue(in InboundCall call)
    {
        lock (_gate)
        {
            _calls.Enqueue(call);
            if (_running)
            {
                return;
            }

            _running = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    public void Execute()
    {
        while (true)
        {
            InboundCall next;
            lock (_gate)
            {
                if (!_calls.TryDequeue(out next))
                {
                    _running = false;
                    return;
                }
            }

            calls.Run(next);
        }
    }
}
