namespace Foolscap.Tubs.Transports;

/// <summary>
/// The pipes of a process. They are used between two waits only, so as many are enough as threads can be at it. Thread-safe.
/// </summary>
internal sealed class KernelPipePool
{
    /// <summary>
    /// With two descriptors each that is far less than what <c>OpenFileLimit</c> leaves for all but sockets; and an unprivileged
    /// user may have 64 of this size.
    /// </summary>
    private const int MostPipes = 32;

    private readonly Lock _gate = new();
    private readonly Stack<KernelPipe> _free = new();
    private readonly int _most = Math.Min(2 * Environment.ProcessorCount, MostPipes);
    private volatile bool _isRefused;
    private int _made;

    /// <summary>The only one.</summary>
    public static KernelPipePool Shared { get; } = new();

    /// <summary>Whether the system is one that knows of this.</summary>
    public bool IsSupported => OperatingSystem.IsLinux() && !_isRefused;

    /// <summary>Remembers that the system does not do it: a sandbox, or a kernel of another make.</summary>
    public void SetRefused() => _isRefused = true;

    /// <summary>Takes a pipe.</summary>
    /// <returns>The pipe; null if all are in use, or the system gives none.</returns>
    public KernelPipe? TryRent()
    {
        if (!IsSupported)
        {
            return null;
        }

        lock (_gate)
        {
            if (_free.TryPop(out KernelPipe? pipe))
            {
                return pipe;
            }

            if (_made == _most)
            {
                return null;
            }

            _made++;
        }

        return Make();
    }

    /// <summary>Takes a pipe back.</summary>
    public void Return(KernelPipe pipe)
    {
        if (pipe.Count != 0)
        {
            pipe.Close();
        }

        lock (_gate)
        {
            if (pipe.Count == 0)
            {
                _free.Push(pipe);
            }
            else
            {
                _made--;
            }
        }
    }

    private KernelPipe? Make()
    {
        KernelPipe? pipe = null;
        try
        {
            pipe = PipeCalls.TryMake();
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            SetRefused(); // A C library of another make.
        }

        if (pipe is null)
        {
            lock (_gate)
            {
                _made--;
            }
        }

        return pipe;
    }
}
