using System.Diagnostics.Tracing;
using Microsoft.Extensions.Logging;

namespace Sluice.Host.Running;

/// <summary>Brings what the exporter of spans complains of into the log, which is not more than once a minute.</summary>
internal sealed partial class TraceExportProblems(ILogger log) : EventListener
{
    private long quietUntil = long.MinValue;

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name.StartsWith("OpenTelemetry-Exporter", StringComparison.Ordinal)) EnableEvents(eventSource, EventLevel.Warning);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        var now = Environment.TickCount64;
        if (now < Interlocked.Read(ref quietUntil)) return;
        Interlocked.Exchange(ref quietUntil, now + 60_000);
        string problem;
        try
        {
            problem = string.Format(System.Globalization.CultureInfo.InvariantCulture, eventData.Message ?? "", [.. eventData.Payload ?? []]);
        }
        catch (FormatException)
        {
            problem = eventData.Message ?? "";
        }

        LogProblem(problem);
    }

    [LoggerMessage(1, LogLevel.Warning, "spans cannot be sent: {Problem}")]
    private partial void LogProblem(string problem);
}
