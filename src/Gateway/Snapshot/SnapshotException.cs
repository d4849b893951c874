namespace Sluice.Gateway.Snapshot;

/// <summary>A checked document that still cannot become a snapshot. The message is for the person who wrote the document.</summary>
public sealed class SnapshotException(string message, Exception? inner = null) : Exception(message, inner);
