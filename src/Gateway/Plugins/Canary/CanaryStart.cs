namespace Sluice.Gateway.Plugins.Canary;

/// <summary>When a release without a configured start began: kept over reloads, so that editing another part of the configuration does not begin it anew.</summary>
internal sealed record CanaryStart(DateTimeOffset At);
