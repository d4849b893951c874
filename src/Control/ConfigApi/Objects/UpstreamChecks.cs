using System.Text.Json.Nodes;
using Sluice.Gateway.Configuration.Editing;

namespace Sluice.Control.ConfigApi.Objects;

/// <summary>The active health checks of an upstream in the words of a service's <c>health_check_config</c>.</summary>
internal static class UpstreamChecks
{
    /// <summary>Null while healthy targets are not checked.</summary>
    public static JsonNode? Show(ConfigurationObject upstream)
    {
        var active = upstream.ToJson()["healthchecks"]!["active"]!;
        var interval = (double)active["healthy"]!["interval"]!;
        return interval == 0 ? null : new JsonObject
        {
            ["type"] = active["type"]!.DeepClone(),
            ["path"] = active["http_path"]!.DeepClone(),
            ["interval"] = DurationText.Show((long)(interval * 1000)),
            ["timeout"] = DurationText.Show((long)((double)active["timeout"]! * 1000)),
            ["unhealthy_threshold"] = active["unhealthy"]!["http_failures"]!.DeepClone(),
            ["healthy_threshold"] = active["healthy"]!["successes"]!.DeepClone(),
            ["expected_statuses"] = active["healthy"]!["http_statuses"]!.DeepClone(),
        };
    }

    /// <summary>The patch of <c>healthchecks</c>. Fields of a wrong type are passed on as they are: whoever checks the upstream tells.</summary>
    public static JsonObject Patch(JsonObject check)
    {
        var active = new JsonObject();
        var healthy = new JsonObject();
        var unhealthy = new JsonObject();
        foreach (var (name, value) in check)
            switch (name)
            {
                case "type":
                    active["type"] = value?.DeepClone();
                    break;
                case "path":
                    active["http_path"] = value?.DeepClone();
                    break;
                case "timeout":
                    active["timeout"] = Seconds(value);
                    break;
                case "interval":
                    healthy["interval"] = Seconds(value);
                    unhealthy["interval"] = Seconds(value);
                    break;
                case "unhealthy_threshold":
                    foreach (var failures in (string[])["http_failures", "tcp_failures", "timeouts"])
                        unhealthy[failures] = value?.DeepClone();
                    break;
                case "healthy_threshold":
                    healthy["successes"] = value?.DeepClone();
                    break;
                case "expected_statuses":
                    healthy["http_statuses"] = value?.DeepClone();
                    break;
                default:
                    active[name] = value?.DeepClone();
                    break;
            }
        active["healthy"] = healthy;
        active["unhealthy"] = unhealthy;
        return new JsonObject { ["active"] = active };
    }

    /// <summary>The field of the short form that a problem with the upstream is about.</summary>
    public static string NameOf(string field) => field switch
    {
        "algorithm" => "load_balancer_type",
        _ when !field.StartsWith("healthchecks", StringComparison.Ordinal) => field,
        _ when field.EndsWith("interval", StringComparison.Ordinal) => "health_check_config.interval",
        _ when field.EndsWith("timeout", StringComparison.Ordinal) => "health_check_config.timeout",
        _ when field.EndsWith("http_path", StringComparison.Ordinal) => "health_check_config.path",
        _ when field.EndsWith("successes", StringComparison.Ordinal) => "health_check_config.healthy_threshold",
        _ when field.Contains(".unhealthy.", StringComparison.Ordinal) => "health_check_config.unhealthy_threshold",
        _ => "health_check_config",
    };

    private static JsonNode? Seconds(JsonNode? milliseconds) =>
        milliseconds is JsonValue number && number.TryGetValue<double>(out var value) ? JsonValue.Create(value / 1000)
        : milliseconds is JsonValue whole && whole.TryGetValue<long>(out var integer) ? JsonValue.Create(integer / 1000.0)
        : milliseconds?.DeepClone();
}
