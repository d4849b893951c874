using System.Globalization;
using Sluice.Gateway.Snapshot;
using Sluice.Host.Commands;

namespace Sluice.Host.Settings;

/// <summary>Where spans are sent. How many and under which name is told by OpenTelemetry's own variables, which its SDK reads.</summary>
/// <param name="Endpoint">With HTTP the whole address, <c>/v1/traces</c> included.</param>
/// <param name="Grpc">gRPC instead of protobuf over HTTP.</param>
internal sealed record TraceSettings(Uri Endpoint, bool Grpc)
{
    private const string TracesPath = "v1/traces";

    /// <summary>
    /// <c>--otlp</c>, or else <c>OTEL_EXPORTER_OTLP_TRACES_ENDPOINT</c> or <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>, as OpenTelemetry's specification
    /// has them; null when none is set or OpenTelemetry is switched off.
    /// </summary>
    public static TraceSettings? Read(SettingSources sources, IReadOnlyDictionary<string, string> environment)
    {
        if (sources.Find("--otlp") is { } own) return own.Value is "off" ? null : At(own, signalPath: true, Protocol(environment));
        if (Variable("OTEL_SDK_DISABLED") is { Value: "true" } || Variable("OTEL_TRACES_EXPORTER") is { Value: "none" }) return null;
        if (Variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") is { } traces) return At(traces, signalPath: false, Protocol(environment));
        return Variable("OTEL_EXPORTER_OTLP_ENDPOINT") is { } all ? At(all, signalPath: true, Protocol(environment)) : null;

        Setting? Variable(string name) => environment.TryGetValue(name, out var value) && value.Length > 0 ? new Setting(value, name) : null;
    }

    /// <summary>Kong's list of kinds of spans; those that Sluice does not make only switch on the request's.</summary>
    public static TraceInstrumentations Instrumentations(SettingSources sources)
    {
        var kinds = TraceInstrumentations.None;
        foreach (var name in sources.List(null, "tracing_instrumentations", "opentelemetry_tracing"))
            kinds |= name switch
            {
                "off" => TraceInstrumentations.None,
                "all" => TraceInstrumentations.All,
                "balancer" => TraceInstrumentations.All,
                "request" or "db_query" or "dns_query" or "router" or "http_client" or "plugin_rewrite" or "plugin_access" or "plugin_header_filter" =>
                    TraceInstrumentations.Request,
                _ => sources.Find(null, "tracing_instrumentations", "opentelemetry_tracing")!.Value.Refuse<TraceInstrumentations>(
                    $"a list of off, all, request, db_query, dns_query, router, http_client, balancer, plugin_rewrite, plugin_access, plugin_header_filter ('{name}')"),
            };
        return kinds;
    }

    public static double SamplingRate(double fallback, SettingSources sources) =>
        sources.Find(null, "tracing_sampling_rate", "opentelemetry_tracing_sampling_rate") switch
        {
            null => fallback,
            { } found when double.TryParse(found.Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var rate) && rate <= 1 => rate,
            { } other => other.Refuse<double>("a number from 0 to 1"),
        };

    private static TraceSettings At(Setting setting, bool signalPath, string? protocol)
    {
        if (!Uri.TryCreate(setting.Value, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            return setting.Refuse<TraceSettings>("the address of an OpenTelemetry collector: http://127.0.0.1:4318");

        // 4317 is the port of OTLP over gRPC, 4318 that over HTTP.
        var grpc = protocol is null ? address.Port == 4317 : protocol == "grpc";
        if (grpc || !signalPath) return new TraceSettings(address, grpc);
        return new TraceSettings(new Uri($"{address.GetLeftPart(UriPartial.Path).TrimEnd('/')}/{TracesPath}"), grpc);
    }

    private static string? Protocol(IReadOnlyDictionary<string, string> environment)
    {
        foreach (var name in (string[])["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"])
            if (environment.TryGetValue(name, out var value) && value.Length > 0)
                return value is "grpc" or "http/protobuf" ? value : throw new UsageException($"{name}: '{value}' is not grpc or http/protobuf");
        return null;
    }
}
