using Sluice.Host.Commands;
using Sluice.Host.Settings;

namespace Sluice.Host.Tests.Settings;

public class TraceSettingsTests
{
    [Theory]
    [InlineData("SLUICE_OTLP=http://c:4318", "http://c:4318/v1/traces", false)]
    [InlineData("SLUICE_OTLP=http://c:4317", "http://c:4317/", true)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=https://c/otlp/", "https://c/otlp/v1/traces", false)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:9 OTEL_EXPORTER_OTLP_PROTOCOL=grpc", "http://c:9/", true)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4317 OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=http/protobuf", "http://c:4317/v1/traces", false)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:9 OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://d:9/in", "http://d:9/in", false)]
    public void The_collector_is_where_opentelemetry_says(string environment, string endpoint, bool grpc) =>
        Read(environment).ShouldBe(new TraceSettings(new Uri(endpoint), grpc));

    [Theory]
    [InlineData("")]
    [InlineData("SLUICE_OTLP=off OTEL_EXPORTER_OTLP_ENDPOINT=http://c:9")]
    [InlineData("OTEL_SDK_DISABLED=true OTEL_EXPORTER_OTLP_ENDPOINT=http://c:9")]
    [InlineData("OTEL_TRACES_EXPORTER=none OTEL_EXPORTER_OTLP_ENDPOINT=http://c:9")]
    public void Nothing_is_sent_unless_wanted(string environment) => Read(environment).ShouldBeNull();

    [Theory]
    [InlineData("SLUICE_OTLP=collector:4317")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=on")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:9 OTEL_EXPORTER_OTLP_PROTOCOL=http/json")]
    public void What_makes_no_sense_is_refused(string environment) => Should.Throw<UsageException>(() => Read(environment));

    private static TraceSettings? Read(string environment) => SettingsReader.Read(
        new Dictionary<string, string?>(),
        environment.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(v => v.Split('=', 2)).ToDictionary(v => v[0], v => v[1])).Traces;
}
