namespace Sluice.Gateway.Redis;

/// <summary>A Redis server as it stands, for pages.</summary>
/// <param name="Server"><c>redis.internal:6379/0</c>.</param>
/// <param name="IsUp">Whether it answers.</param>
/// <param name="Problem">Why it does not, or that it was not needed yet; null while it answers.</param>
public sealed record RedisStatus(string Server, bool IsUp, string? Problem);
