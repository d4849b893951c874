namespace Sluice.Gateway.Telemetry;

/// <summary>What an exporter has to know of the gateway's spans.</summary>
public static class Traces
{
    /// <summary>The name of their <see cref="System.Diagnostics.ActivitySource"/>. No spans are made while nobody listens to it.</summary>
    public const string SourceName = "Sluice.Gateway";
}
