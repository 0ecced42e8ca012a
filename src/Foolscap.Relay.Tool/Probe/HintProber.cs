using System.Diagnostics;
using System.Runtime.CompilerServices;
using Foolscap.Furls;
using Foolscap.Tubs;

namespace Foolscap.Relay.Tool.Probe;

/// <summary>Acts as a caller that has one hint only, a stranger whom nobody has seen before, and tells how far it gets.</summary>
internal sealed class HintProber(ProbeTarget target, ConnectionHint hint, TimeSpan timeout, Action<StepResult> onPassed)
{
    /// <summary>Followers look for what has been passed this often.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);

    private readonly List<StepResult> _passed = [];

    public async Task<HintResult> RunAsync(CancellationToken cancellationToken)
    {
        if (!hint.TryGetTcpEndpoint(out _, out _))
        {
            return new HintResult(hint, [], TimeSpan.Zero, new ProbeFailure(ProbeStep.Resolve, TimeSpan.Zero, "This is no hint for TCP.", ProbeAdvice.NotTcp(hint)));
        }

        using ConnectTrace trace = new();
        ProbeDialer dialer = new(Pass, timeout);
        ProbeFailure? failure = await TryAsync(dialer, trace, cancellationToken).ConfigureAwait(false);
        TimeSpan took = _passed.Aggregate(failure?.Took ?? TimeSpan.Zero, (sum, step) => sum + step.Took);
        return new HintResult(hint, [.. _passed], took, failure);
    }

    private async Task<ProbeFailure?> TryAsync(ProbeDialer dialer, ConnectTrace trace, CancellationToken cancellationToken)
    {
        Tub tub = new(TubCertificate.Create(), new TubOptions { Dialer = dialer, ConnectTimeout = timeout, Limits = TubLimits.Small });
        await using ConfiguredAsyncDisposable _ = tub.ConfigureAwait(false);
        Furl furl = new(target.TubId, [hint], target.Name ?? "nothing");
        Task<TubConnection> connecting = tub.ConnectAsync(furl, cancellationToken);
        while (await Task.WhenAny(connecting, Task.Delay(LookInterval, cancellationToken)).ConfigureAwait(false) != connecting)
        {
            cancellationToken.ThrowIfCancellationRequested();
            PassTraced(trace);
        }

        try
        {
            await connecting.ConfigureAwait(false);
        }
        catch (NegotiationException exception)
        {
            PassTraced(trace);
            return Explain(exception, dialer, trace);
        }

        PassTraced(trace);
        return target.Name is null ? null : await AskAsync(tub, furl, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ProbeFailure?> AskAsync(Tub tub, Furl furl, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            using RemoteReference reference = await tub.GetReferenceAsync(furl, limit.Token).ConfigureAwait(false);
            Pass(new StepResult(ProbeStep.Object, Stopwatch.GetElapsedTime(start), "the Tub has it"));
            return null;
        }
        catch (RemoteException exception)
        {
            // Its text may quote the name, which is a secret.
            return Fail($"The Tub answers {exception.RemoteType}: it has no object of that name.", ProbeAdvice.NoObject);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Fail($"No answer within {timeout.TotalSeconds:0.#} s.", ProbeAdvice.SilentObject);
        }
        catch (FoolscapException exception)
        {
            return Fail(exception.Message, ProbeAdvice.SilentObject);
        }

        ProbeFailure Fail(string reason, string advice) => new(ProbeStep.Object, Stopwatch.GetElapsedTime(start), reason, advice);
    }

    private ProbeFailure Explain(NegotiationException exception, ProbeDialer dialer, ConnectTrace trace)
    {
        if (dialer.Failure is { } early)
        {
            bool isTimeout = early.Exception is OperationCanceledException;
            string what = isTimeout ? $"No answer within {timeout.TotalSeconds:0.#} s." : $"{early.Exception.Message}.".Replace("..", ".", StringComparison.Ordinal);
            return new ProbeFailure(early.Step, early.Took, what, ProbeAdvice.ForDialing(early.Step, hint, early.Exception));
        }

        // The library names the Tub and the hint first, which stand above already.
        string prefix = $"Tub {target.TubId} was not reached. {hint}: ";
        string reason = exception.Message.StartsWith(prefix, StringComparison.Ordinal) ? exception.Message[prefix.Length..] : exception.Message;
        if (reason.StartsWith($"Tub {target.TubId} was not reached within", StringComparison.Ordinal))
        {
            reason = $"No answer within {timeout.TotalSeconds:0.#} s.";
        }

        ProbeStep step = _passed.Count == 0 ? ProbeStep.Connect : _passed[^1].Step + 1;
        TimeSpan took = trace.StepBegan is DateTime began && DateTime.UtcNow > began ? DateTime.UtcNow - began : TimeSpan.Zero;
        return new ProbeFailure(step, took, reason, ProbeAdvice.ForNegotiation(step, reason, target.TubId));
    }

    private void PassTraced(ConnectTrace trace)
    {
        foreach ((ProbeStep step, TimeSpan took) in trace.Passed.Where(traced => _passed.All(known => known.Step != traced.Step)).ToList())
        {
            Pass(new StepResult(step, took, step switch
            {
                ProbeStep.Request => "the Tub, or a relay that knows it, takes the connection",
                ProbeStep.Tls => $"{trace.TlsProtocol switch { "Tls13" => "TLS 1.3", "Tls12" => "TLS 1.2", string other => other, null => "TLS" }}; the certificate is the one that the TubID names",
                _ => "both sides agree",
            }));
        }
    }

    private void Pass(StepResult step)
    {
        lock (_passed)
        {
            _passed.Add(step);
        }

        onPassed(step);
    }
}
