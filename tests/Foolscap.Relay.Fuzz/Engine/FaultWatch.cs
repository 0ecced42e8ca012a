using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Text;

namespace Foolscap.Relay.Fuzz.Engine;

/// <summary>
/// Notices what nobody tells: exceptions of tasks that nobody observed, and exceptions that only a mistake in the code
/// throws, also where they are caught again. Thread-safe.
/// </summary>
internal sealed class FaultWatch : IDisposable
{
    private readonly Lock _gate = new();
    private string? _fault;

    public FaultWatch()
    {
        TaskScheduler.UnobservedTaskException += OnUnobserved;
        AppDomain.CurrentDomain.FirstChanceException += OnThrown;
    }

    public void Dispose()
    {
        TaskScheduler.UnobservedTaskException -= OnUnobserved;
        AppDomain.CurrentDomain.FirstChanceException -= OnThrown;
    }

    /// <summary>Notes a fault; the first one counts.</summary>
    public void Report(string fault)
    {
        lock (_gate)
        {
            _fault ??= fault;
        }
    }

    /// <summary>Takes the fault that has been noted since the last time, if there is one.</summary>
    public string? Take()
    {
        lock (_gate)
        {
            (string? fault, _fault) = (_fault, null);
            return fault;
        }
    }

    /// <summary>Lets go of everything that is done with, so that its unobserved exceptions come up.</summary>
    public static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    /// <summary>Whether only a mistake in the code throws such an exception.</summary>
    public static bool IsMistake(Exception exception) => exception
        is NullReferenceException or InvalidCastException or IndexOutOfRangeException or KeyNotFoundException or ArithmeticException
        or InsufficientExecutionStackException or OutOfMemoryException or NotImplementedException or RankException or ArrayTypeMismatchException
        || (exception is ArgumentException && exception is not DecoderFallbackException);

    private void OnUnobserved(object? sender, UnobservedTaskExceptionEventArgs unobserved)
    {
        if (IsOfThisLibrary(unobserved.Exception.ToString()))
        {
            Report($"Nobody observed the exception of a task: {unobserved.Exception}");
        }

        unobserved.SetObserved();
    }

    private void OnThrown(object? sender, FirstChanceExceptionEventArgs thrown)
    {
        if (IsMistake(thrown.Exception))
        {
            string stack = new StackTrace(skipFrames: 1, fNeedFileInfo: false).ToString();
            if (IsOfThisLibrary(stack) && !IsDocumented(thrown.Exception, stack))
            {
                Report($"{thrown.Exception.GetType()}: {thrown.Exception.Message}{Environment.NewLine}{stack}");
            }
        }
    }

    /// <summary>A name that nobody has registered is a KeyError for the caller, as Python Foolscap has it.</summary>
    private static bool IsDocumented(Exception exception, string stack) =>
        exception is KeyNotFoundException && stack.Contains("BrokerObject", StringComparison.Ordinal);

    /// <summary>Test runners have exceptions of their own.</summary>
    private static bool IsOfThisLibrary(string stack) => stack.Contains("Foolscap.", StringComparison.Ordinal);
}
