namespace Sluice.Gateway.Telemetry;

/// <summary>A shared resource with something to count: it is asked when <c>/metrics</c> is read.</summary>
internal interface IMetricsSource
{
    /// <summary>Adds its families and samples. <paramref name="runtime"/> is the gateway that is reported on.</summary>
    void WriteTo(PrometheusText text, Snapshot.GatewayRuntime runtime);
}
