using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Sluice.Control.Tests.ConfigApi;

/// <summary>Every endpoint of the document, with bodies, ids and queries that no client should send: each gets a refusal with a reason, never a failure of ours.</summary>
public sealed partial class MalformedRequestTests(ITestOutputHelper output)
{
    private const int Rounds = 40;

    private static readonly string[] Bodies =
    [
        """{"name": "a", "path": "/a/*", "method": "GET", "service_id": "s", "pipeline_id": "r", "policy_id": "s", "enabled": true, "priority": 1, "hosts": ["a.test"], "headers": {"x": ["1"]}, "tags": ["t"]}""",
        """{"name": "b", "protocol": "http", "host": "u", "load_balancer_type": "random", "circuit_breaker_config": {"interval": "1s"}, "health_check_config": {"path": "/h", "timeout": "1s"}, "endpoints": [{"host": "h", "port": 1, "weight": 1}]}""",
        """{"name": "c", "middleware": [{"type": "key-auth", "config": {"key_names": ["k"]}}], "parallel": false}""",
        """{"name": "d", "type": "rate-limiting", "config": {"minute": 5}, "scope": {"route": "r"}, "order": 1, "enabled": true, "instance_name": "i", "protocols": ["http"]}""",
        """{"username": "e", "custom_id": "f", "groups": ["g"], "tags": ["t"]}""",
        """{"address": "h:1", "weight": 3}""",
        """{"method": "GET", "url": "http://a.test/a", "headers": {"x": "y"}, "consumer": "ann"}""",
        """{"_format_version": "3.0", "routes": [{"name": "z", "paths": ["/z"]}]}""",
    ];

    /// <summary>Which of them an address is meant for.</summary>
    private static readonly (string Address, int Body)[] Meant =
        [("/endpoints", 5), ("/routes", 0), ("/services", 1), ("/pipelines", 2), ("/policies", 2), ("/middleware", 3), ("/consumers", 4), ("/explain", 6), ("/releases", 7), ("/plan", 7)];

    private static readonly string[] Values =
    [
        "null", "true", "-1", "0", "1e308", "9223372036854775807", "99999999999999999999", "0.5", "\"\"", "\"\\u0000\"", "\"${HOME}\"", "\"{vault://env/HOME}\"", "[]", "{}", "[null]", "[[]]",
        "{\"id\": 3}", "{\"id\": null}", "\"*\"", "\"~/(\"", "\"/\\ud83d\\ude00/{x}\"", "\"1h1h1h\"", "[{}]", "[1, \"a\", {\"b\": []}]", "{\"\": {\"\": \"\"}}",
    ];

    private static readonly string[] Unreadable = ["", "{", "[]", "3", "\"x\"", "{\"a\": 1, \"a\": 2}", "{\"a\": 1} x", "\u0000", "{\"a\": \"\\ud800\"}", new string('[', 5000), "{'a': 1}"];

    private static readonly string[] Ids = ["r", "s", "none", "%00", "..%2f..", "%F0%9F%98%80", "00000000-0000-0000-0000-000000000000", "9999999999999999999999", "-1", "a%20b"];

    [Fact]
    public async Task Nothing_a_client_sends_is_a_failure_of_the_gateway()
    {
        await using var app = await ConfigApp.StartAsync();
        var random = new Random(7);
        using var answer = await app.RawAsync("GET", "/api/v1/openapi.json");
        var paths = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["paths"]!.AsObject();
        var statuses = new SortedDictionary<int, int>();
        for (var round = 0; round < Rounds; round++)
        {
            await SeedAsync(app);
            foreach (var (path, item) in paths)
                foreach (var (method, operation) in item!.AsObject())
                {
                    var target = Parameter().Replace(path, _ => Pick(random, Ids)) + Pick(random, "", "", "?page=-1", "?per_page=x&q=%00", "?tags=a,b/c", "?url=http://%00&header=:", "?note=%0a%0d", "?format=x&release=-3");
                    var body = operation!["requestBody"] is null && method is "get" or "delete" ? null : Body(random, path);
                    var type = Pick(random, "application/json", "application/json", "application/json", "application/json", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=x", "");
                    using var response = await app.RawAsync(method.ToUpperInvariant(), target, body, type, ifMatch: Pick(random, null, null, null, null, "*", "\"1\"", "x", "W/\"o-1\"", "\"99999999999999999999\""));
                    var status = (int)response.StatusCode;
                    var text = await response.Content.ReadAsStringAsync();
                    status.ShouldBeLessThan(500, $"{method} {target} {type}\n{body}\n{text}");

                    // A path with a zero in it is refused by the server before anybody here sees it.
                    if (status >= 400 && !(text.Length == 0 && target.Contains("%00", StringComparison.Ordinal))) ((string?)JsonNode.Parse(text)!["error"]!["message"]).ShouldNotBeNullOrEmpty($"{method} {target}");
                    statuses[status] = statuses.GetValueOrDefault(status) + 1;
                }
        }
        output.WriteLine(string.Join(", ", statuses.Select(s => $"{s.Key}: {s.Value}")));
        statuses.ShouldContainKey(200);
        statuses.ShouldContainKey(400);
        statuses.ShouldContainKey(404);
        statuses.ShouldContainKey(415);
        statuses.ShouldContainKey(422);
    }

    [Fact]
    public async Task Too_large_a_body_is_refused()
    {
        await using var app = await ConfigApp.StartAsync();
        await app.SendAsync("POST", "config/routes", $$"""{"name": "{{new string('a', 1024 * 1024)}}"}""", 413);
    }

    /// <summary>What most ids name; there again whatever the last round did.</summary>
    private static async Task SeedAsync(ConfigApp app)
    {
        using var seeded = await app.RawAsync("POST", "/api/v1/config/releases",
            """
            {"_format_version": "3.0", "services": [{"name": "s", "host": "u"}, {"name": "r", "endpoints": [{"address": "h:1"}]}], "upstreams": [{"name": "u", "targets": [{"target": "h:1"}]}],
             "routes": [{"name": "r", "paths": ["/r"], "service": "s"}, {"name": "s", "hosts": ["h"]}], "pipelines": [{"name": "r", "plugins": [{"name": "cors"}]}, {"name": "s", "type": "policy"}],
             "plugins": [{"name": "acl", "instance_name": "r", "config": {"allow": ["a"]}}], "consumers": [{"username": "r"}, {"username": "ann"}]}
            """);
        ((int)seeded.StatusCode).ShouldBeInRange(200, 201, await seeded.Content.ReadAsStringAsync());
    }

    private static string Body(Random random, string path)
    {
        if (random.Next(8) == 0) return Pick(random, Unreadable);
        var meant = Array.Find(Meant, m => path.Contains(m.Address, StringComparison.Ordinal));
        var body = JsonNode.Parse(random.Next(6) == 0 || meant.Address is null ? Pick(random, Bodies) : Bodies[meant.Body])!;
        for (var changes = random.Next(4); changes > 0; changes--) Mutate(random, body);
        var text = body.ToJsonString();
        return random.Next(20) == 0 ? text[..random.Next(text.Length)] : text;
    }

    private static void Mutate(Random random, JsonNode node)
    {
        if (node is JsonObject { Count: > 0 } map)
        {
            var name = map.ElementAt(random.Next(map.Count)).Key;
            if (map[name] is { } inner and (JsonObject or JsonArray) && random.Next(2) == 0) Mutate(random, inner);
            else if (random.Next(6) == 0) map.Remove(name);
            else if (random.Next(6) == 0) map[name + "x"] = map[name]?.DeepClone();
            else map[name] = JsonNode.Parse(Pick(random, Values));
        }
        else if (node is JsonArray { Count: > 0 } list)
        {
            var at = random.Next(list.Count);
            if (list[at] is { } inner and (JsonObject or JsonArray) && random.Next(2) == 0) Mutate(random, inner);
            else list[at] = JsonNode.Parse(Pick(random, Values));
        }
    }

    private static T Pick<T>(Random random, params T[] values) => values[random.Next(values.Length)];

    [GeneratedRegex(@"\{[^}]+\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Parameter();
}
