using System.Net;
using Sluice.Gateway.Listeners;

namespace Sluice.Host.Settings;

/// <summary>How workflows are run.</summary>
internal sealed record WorkflowRunSettings
{
    /// <summary>Where callers reach the gateway, without a slash at the end.</summary>
    public string PublicUrl { get; init; } = "http://localhost:8000";

    /// <summary>How many runs are under way at a time.</summary>
    public int ConcurrentRuns { get; init; } = 10 * Environment.ProcessorCount;

    /// <summary>How many of them for one tenant; null for no limit of its own.</summary>
    public int? ConcurrentRunsPerTenant { get; init; }

    /// <param name="proxy">Where the gateway listens.</param>
    public static WorkflowRunSettings Read(SettingSources sources, IReadOnlyList<ListenAddress> proxy)
    {
        var fallback = new WorkflowRunSettings();
        return new WorkflowRunSettings
        {
            PublicUrl = sources.Find("--public-url") is { } given ? Url(given) : proxy.Count > 0 ? Local(proxy[0]) : fallback.PublicUrl,
            ConcurrentRuns = sources.Number(fallback.ConcurrentRuns, 1, 1_000_000, "--workflow-runs"),
            ConcurrentRunsPerTenant = sources.Find("--workflow-runs-per-tenant") is null ? null : sources.Number(1, 1, 1_000_000, "--workflow-runs-per-tenant"),
        };
    }

    private static string Url(Setting given) =>
        Uri.TryCreate(given.Value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.Query.Length == 0 && url.Fragment.Length == 0 && url.UserInfo.Length == 0
            ? given.Value.TrimEnd('/')
            : given.Refuse<string>("an address such as https://gateway.example.com");

    private static string Local(ListenAddress address) => $"http{(address.Tls ? "s" : "")}://localhost:{(address.EndPoint as IPEndPoint)?.Port ?? 80}";
}
