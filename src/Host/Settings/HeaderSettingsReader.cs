using Sluice.Gateway.Snapshot;

namespace Sluice.Host.Settings;

/// <summary>Kong's <c>headers</c> and <c>headers_upstream</c>, and <c>--forwarded</c>: which fields of its own the gateway adds.</summary>
internal static class HeaderSettingsReader
{
    public static ResponseHeaderSettings Read(SettingSources sources)
    {
        var settings = new ResponseHeaderSettings();
        if (sources.Find(null, "headers") is { } headers)
        {
            settings = settings with { Server = false, Via = false, Latency = false, UpstreamStatus = false, RequestId = false };
            foreach (var name in Names(headers))
                settings = name.ToLowerInvariant() switch
                {
                    "server_tokens" => settings with { Server = true, Via = true },
                    "server" => settings with { Server = true },
                    "via" => settings with { Via = true },
                    "latency_tokens" or "x-kong-proxy-latency" or "x-kong-upstream-latency" or "x-kong-response-latency" or "x-kong-admin-latency" =>
                        settings with { Latency = true },
                    "x-kong-upstream-status" => settings with { UpstreamStatus = true },
                    "x-kong-request-id" => settings with { RequestId = true },
                    "off" => settings,
                    _ => headers.Refuse<ResponseHeaderSettings>(
                        $"a list of server_tokens, latency_tokens, Server, Via, X-Kong-Proxy-Latency, X-Kong-Response-Latency, X-Kong-Upstream-Latency, X-Kong-Upstream-Status, X-Kong-Request-Id, or off ('{name}')"),
                };
        }

        if (sources.Find(null, "headers_upstream") is { } upstream)
            settings = settings with
            {
                RequestIdUpstream = upstream.Value.Trim().ToLowerInvariant() switch
                {
                    "x-kong-request-id" => true,
                    "off" => false,
                    _ => upstream.Refuse<bool>("X-Kong-Request-Id or off"),
                },
            };
        return settings with { Forwarded = sources.Switch(settings.Forwarded, "--forwarded") };
    }

    private static string[] Names(Setting setting) => setting.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
