using System.Diagnostics;

namespace Foolscap.Relay.Tool.Probe;

/// <summary>Follows what the library traces of one attempt to connect: when it passed which step.</summary>
internal sealed class ConnectTrace : IDisposable
{
    private const string SourceName = "Foolscap.Tubs";

    private static readonly (string Event, ProbeStep Step)[] Steps =
    [
        ("request.answered", ProbeStep.Request),
        ("tls.established", ProbeStep.Tls),
        ("connection.decided", ProbeStep.Negotiate),
    ];

    private readonly ActivityListener _listener;
    private volatile Activity? _activity;

    public ConnectTrace()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStarted = activity => _activity = activity,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>The protocol of TLS, once it is up.</summary>
    public string? TlsProtocol => _activity?.GetTagItem("tls.protocol.version") as string;

    /// <summary>When the step that runs now, or failed, began; when the connection was there if none has been passed since.</summary>
    public DateTime? StepBegan => _activity is null ? null : _activity.Events.Select(one => (DateTime?)one.Timestamp.UtcDateTime).LastOrDefault();

    /// <summary>The steps after the connection that have been passed so far.</summary>
    public IEnumerable<(ProbeStep Step, TimeSpan Took)> Passed
    {
        get
        {
            Dictionary<string, DateTimeOffset> events = _activity?.Events.ToDictionary(one => one.Name, one => one.Timestamp) ?? [];
            if (!events.TryGetValue("transport.connected", out DateTimeOffset last))
            {
                yield break;
            }

            foreach ((string name, ProbeStep step) in Steps)
            {
                if (!events.TryGetValue(name, out DateTimeOffset at))
                {
                    yield break;
                }

                yield return (step, at > last ? at - last : TimeSpan.Zero);
                last = at;
            }
        }
    }

    public void Dispose() => _listener.Dispose();
}
