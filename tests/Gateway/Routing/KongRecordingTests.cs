using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Routing;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Tests.Routing;

/// <summary>
/// Replays recordings of a live Kong against the router alone: which upstream each request went to, and with which target. The recordings are
/// not part of the repository; KONG_RECORDINGS names the folder that holds cases/ and recorded/.
/// </summary>
public sealed class KongRecordingTests
{
    private static readonly string? Folder = Environment.GetEnvironmentVariable("KONG_RECORDINGS");

    [Theory]
    [InlineData("router-iso")]
    [InlineData("router-global")]
    public void Every_request_goes_where_kong_sent_it(string batch)
    {
        Assert.SkipUnless(Folder is not null, "KONG_RECORDINGS is not set");
        var cases = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder!, "cases", batch + ".json")))!;
        var recorded = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder!, "recorded", batch + ".json")))!["cases"]!;
        var router = Router(cases);
        var compared = 0;
        var differences = new List<string>();
        foreach (var entry in cases["cases"]!.AsArray())
        {
            var id = (string)entry!["id"]!;
            var steps = entry["steps"]!.AsArray();
            for (var i = 0; i < steps.Count; i++)
            {
                if (steps[i]!["raw"] is not null || recorded[id]?[i] is not JsonObject answer || answer["status"] is null) continue;
                compared++;
                var expected = Expected(answer);
                var actual = Outcome(router, steps[i]!, id);
                if (expected != actual) differences.Add($"{id} {steps[i]!["target"]}: Kong {expected}, here {actual}");
            }
        }

        differences.ShouldBeEmpty();
        compared.ShouldBeGreaterThan(10);
    }

    private static string Expected(JsonObject answer)
    {
        var seen = answer["seen"]?.AsArray();
        return seen is { Count: > 0 } ? $"{seen[0]!["u"]} {seen[0]!["target"]}" : $"{answer["status"]}";
    }

    private static string Outcome(Router router, JsonNode step, string id)
    {
        var parts = RequestPath.Parse((string?)step["target"] ?? "/");
        if (((string)step["target"]!).Contains(' ') && !((string)step["target"]!).EndsWith(' ')) return "400";
        if (((string?)step["method"])?.Any(char.IsAsciiLetterLower) == true) return "400";
        if (((string)step["target"]!).EndsWith(' ')) parts = RequestPath.Parse(((string)step["target"]!).TrimEnd());
        if (parts.Error != RequestPathError.None) return parts.Error == RequestPathError.Malformed ? "400" : "404";
        var headers = new HeaderDictionary();
        foreach (var header in step["headers"]?.AsArray() ?? []) headers.Append((string)header![0]!, ((string)header[1]!).Trim());
        var https = (string?)step["port"] == "https";
        var host = ((string?)step["host"] ?? id + ".test").Replace("{{http_port}}", "8000", StringComparison.Ordinal);
        var query = new RouteQuery((string?)step["method"] ?? "GET", https ? "https" : "http", host, parts.Path, parts.Query,
            (string?)step["tls"]?["sni"] ?? (https ? host : null), headers)
        { Destination = new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 8000) };

        var match = router.Match(query);
        if (match.Route is not { } route) return "404";
        if (match.Protocols.Check(https, false, null) == ProtocolMismatch.NeedsHttps) return $"{route.Config.HttpsRedirectStatusCode}";
        if (route.Service is not { } service) return "503";
        return $"{service.Config.Host} {UpstreamPath.Build(match, route.Config, service.Config, parts.Path)}{parts.Query}";
    }

    private static Router Router(JsonNode batch)
    {
        var routes = new List<RouteModel>();
        var configs = batch["cases"]!.AsArray().Select(entry => entry!["config"]).Append(batch["config"]).OfType<JsonObject>();
        foreach (var config in configs)
        {
            var services = new Dictionary<string, ServiceConfig>(StringComparer.Ordinal);
            foreach (var service in config["services"]?.AsArray() ?? [])
            {
                var url = (string)service!["url"]!;
                var rest = url["http://127.0.0.1:".Length..];
                var end = rest.IndexOf('/');
                var record = new ServiceConfig
                {
                    Host = (end < 0 ? rest : rest[..end]).Trim('{', '}'),
                    Path = end < 0 ? null : rest[end..],
                    Enabled = (bool?)service["enabled"] ?? true,
                };
                services[(string)service["name"]!] = record;
                foreach (var route in service["routes"]?.AsArray() ?? []) routes.Add(Sample.Route(Route(route!), record));
            }

            foreach (var route in config["routes"]?.AsArray() ?? [])
                routes.Add(Sample.Route(Route(route!), (string?)route!["service"] is { } name ? services[name] : null));
        }

        return RouterFactory.Build(RouterFlavor.TraditionalCompatible, routes);
    }

    private static RouteConfig Route(JsonNode route) => new()
    {
        Name = (string?)route["name"],
        Hosts = Strings(route["hosts"]),
        Paths = Strings(route["paths"]),
        Methods = Strings(route["methods"]),
        Snis = Strings(route["snis"]),
        Protocols = Strings(route["protocols"]) ?? ["http", "https"],
        Headers = route["headers"]?.AsObject().ToDictionary(pair => pair.Key, pair => (IReadOnlyList<string>)Strings(pair.Value)!, StringComparer.Ordinal),
        RegexPriority = (long?)route["regex_priority"] ?? 0,
        StripPath = (bool?)route["strip_path"] ?? true,
        HttpsRedirectStatusCode = (int?)route["https_redirect_status_code"] ?? 426,
    };

    private static string[]? Strings(JsonNode? list) => list.Deserialize<string[]>();
}
