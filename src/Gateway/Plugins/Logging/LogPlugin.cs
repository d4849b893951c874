using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.Logging;

/// <summary>A plugin that writes an entry for each exchange.</summary>
/// <param name="custom">Fields that the configuration adds.</param>
/// <param name="time">For the times in entries.</param>
internal abstract class LogPlugin(CustomFields custom, TimeProvider time) : Plugin
{
    public sealed override void BeforeUpstream(Exchange exchange) => UpstreamTries.Note(exchange);

    public sealed override void Record(Exchange exchange) => Write(exchange, LogEntry.Write(exchange, custom, time.GetUtcNow()));

    /// <summary>Takes a copy of <paramref name="entry"/> and returns at once.</summary>
    protected abstract void Write(Exchange exchange, ReadOnlySpan<byte> entry);
}
