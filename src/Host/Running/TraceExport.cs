using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Sluice.Gateway.Telemetry;
using Sluice.Host.Settings;
using Sluice.Workflows.Runs;

namespace Sluice.Host.Running;

/// <summary>
/// Sends the spans of exchanges to an OpenTelemetry collector (OTLP): in batches, from a thread of its own, with a bounded queue that drops what
/// does not fit. Disposing of it sends what is waiting. Without it nobody listens to the spans and none are made.
/// </summary>
internal sealed class TraceExport : IDisposable
{
    private readonly TracerProvider provider;
    private readonly TraceExportProblems problems;

    private TraceExport(TracerProvider provider, TraceExportProblems problems)
    {
        this.provider = provider;
        this.problems = problems;
    }

    /// <summary>Null without settings; nothing of OpenTelemetry is loaded then.</summary>
    public static TraceExport? Start(TraceSettings? settings, ILoggerFactory logs) => settings is null ? null : Create(settings, logs);

    public void Dispose()
    {
        provider.Dispose();
        problems.Dispose();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TraceExport Create(TraceSettings settings, ILoggerFactory logs)
    {
        // Sampling (OTEL_TRACES_SAMPLER, parent-based by default), batching (OTEL_BSP_...) and the exporter's headers and timeout are read from
        // the environment by the SDK; OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win over the name given here.
        var exporting = Sdk.CreateTracerProviderBuilder()
            .ConfigureResource(static resource => resource.Clear()
                .AddService("sluice", serviceVersion: SluiceVersion.Current)
                .AddTelemetrySdk()
                .AddEnvironmentVariableDetector())
            .AddSource(Traces.SourceName, RunTrace.SourceName)
            .AddOtlpExporter(exporter =>
            {
                exporter.Endpoint = settings.Endpoint;
                exporter.Protocol = settings.Grpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
            })
            .Build();
        return new TraceExport(exporting, new TraceExportProblems(logs.CreateLogger("Sluice.Traces")));
    }
}
