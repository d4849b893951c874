using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Sluice.Host.Tests.Admin;

/// <summary>
/// Damaged requests to every address of the admin listener, as nobody, viewer, operator and admin: never a failure of the gateway, never a hang, and what is
/// refused changes nothing. SLUICE_FUZZ_REQUESTS says how many for each address and method instead of a few, SLUICE_FUZZ_SEED repeats a run.
/// </summary>
public sealed class AdminFuzzTests
{
    private const int Few = 2;
    private const int FixedSeed = 20261120;

    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PURGE", "LOCK"];

    private static readonly string[] Names =
    [
        "orders", "found", "orders-upstream", "shared", "gold", "ann", "7", "app", "staff", "a.test", "mine", "global", "1", "2", "0", "-1", "999999999999999999999", "127.0.0.1:9", "http-log", "cors",
        "route", "services", "plugins", "a", "tenant:acme", "00000000-0000-0000-0000-000000000000", "%00", "%ff%fe", "%ed%a0%80", "..", "%2e%2e", "a%2fb", "'", "%27%20OR%201=1--", "%25", "%", "a%20b", "%0d%0aX:1",
        "{}", "$%7BHOME%7D", "%7Bvault://env/HOME%7D", "*", "~", "%F0%9F%98%80", "e%CC%81", "", "validate", "schema", "all", "health", "null", "true",
    ];

    private static readonly string[] Queries =
    [
        "", "", "", "?size=1", "?size=0", "?size=1e9", "?size=NaN", "?offset=x", "?offset=%00", "?offset=AAAA", "?tags=a,b/c", "?tags=,", "?tags=a&tags=b", "?page=0", "?page=-1", "?page=99999999999999999999", "?page=1000000&per_page=1000",
        "?page=1000000&per_page=200", "?per_page=x", "?q=%00", "?q=%ff", "?custom_id=", "?check_hash=1", "?flatten_errors=1", "?format=xml", "?format=csv", "?release=x", "?release=99999999999", "?replay=true", "?note=%00%0a", "?from=9999-12-31T23:59:59Z", "?from=x",
        "?=", "?&&&", "?%00=1", "?balancer_health=1", "?size=1&size=2", "?window=x", "?window=99999999999",
    ];

    private static readonly string?[] Types =
    [
        "application/json", "application/json", "application/json", "application/x-www-form-urlencoded", "application/yaml", "multipart/form-data; boundary=x", "multipart/form-data", "text/plain", null, "", "application/json; charset=utf-16",
        "application/json; charset=\"", "x", "application/xml", "*/*",
    ];

    /// <summary>Values of all sorts that fields may hold.</summary>
    private static readonly string[] Values =
    [
        "null", "true", "0", "-1", "1e999", "99999999999999999999999", "1.5", "9223372036854775807", "-9223372036854775808", "\"\"", "\"x\"", "\"\\u0000\"", "\"\\ud800\"", "\"/\"", "\"~/(\"", "\"http://[::1\"", "\"http://a:99999/\"", "\"${HOME}\"", "\"{vault://\"", "\"{vault://env/}\"",
        "\"orders\"", "[]", "[null]", "[[]]", "[{}]", "[\"a\",\"a\"]", "{}", "{\"\":null}", "{\"id\":null}", "{\"id\":\"x\"}", "{\"id\":\"00000000-0000-0000-0000-000000000000\"}", "{\"name\":\"orders\"}", "{\"name\":{}}", "[1,2,3]", "[\"/a\"]", "{\"a\":{\"b\":{\"c\":[{}]}}}",
    ];

    private static readonly string[] Bodies =
    [
        "", " ", "null", "[]", "7", "\"x\"", "{", "{}", "{}{}", "{\"a\":1,\"a\":2}", "{\"tags\":null}", "\u0000", "\uFEFF{}", "[1,", "{\"config\":", "a=b", "a[]=b&a[0]=c&a.b=d&a.b.c=e", "=&=", "%=%", "config.a.b.c.d.e.f.g=1", "tags[99999999999]=a", "--x\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nv\r\n--x--\r\n", "--x",
        "_format_version: \"3.0\"", "_format_version: \"9\"", "_format_version: \"3.0\"\nservices: {}", "_format_version: \"3.0\"\nservices: [1, null, {name: []}]", "- a\n- b", "a: *b", "a: &a [*a]", "!!binary x", "\t", "{\"config\":\"_format_version: '3.0'\\nroutes: [{}]\"}", "{\"_format_version\":\"3.0\",\"services\":[{\"name\":\"x\"}]}",
    ];

    [Fact]
    public async Task Nothing_that_is_sent_makes_the_gateway_fail_or_changes_what_was_refused()
    {
        var asked = Number("SLUICE_FUZZ_REQUESTS");
        var seed = Number("SLUICE_FUZZ_SEED") ?? (asked is null ? FixedSeed : Random.Shared.Next());
        var times = asked ?? Few;
        TestContext.Current.TestOutputHelper?.WriteLine($"SLUICE_FUZZ_SEED={seed}");
        var random = new Random(seed);
        await using var surface = await AdminSurface.StartAsync();
        await surface.ApplyAsync(WholeConfiguration.Yaml);
        var fields = Fields(surface);
        var failed = new List<string>();
        foreach (var path in await surface.PathsAsync())
        {
            foreach (var method in Methods)
                for (var n = 0; n < times; n++)
                    await TryAsync(surface, random, method, path, fields, failed);
            await surface.ApplyAsync(WholeConfiguration.Yaml);
        }

        failed.ShouldBeEmpty($"seed {seed}; {string.Join(Environment.NewLine, surface.Exceptions.Take(3))}");
        surface.Exceptions.ShouldBeEmpty($"seed {seed}");
        (await surface.SendAsync("GET", "/services/orders", "Admin")).Status.ShouldBe(200, $"seed {seed}: it still works");
    }

    private static async Task TryAsync(AdminSurface surface, Random random, string method, string path, string[] fields, List<string> failed)
    {
        // Those who may do more come further.
        var who = Pick(random, ["nobody", "Viewer", "Operator", "Admin", "Admin", "Operator"]);
        // Half of the requests reach something.
        var address = AdminSurface.Fill(path, name => random.Next(2) == 0 ? Known(name) ?? Pick(random, Names) : Pick(random, Names)) + Pick(random, Queries);
        var body = method is "GET" or "HEAD" or "TRACE" ? null : Body(random, fields);
        var type = Pick(random, Types);
        var before = surface.Releases.Current;
        var request = $"{method} {address} as {who} {type}: {(body is null ? "" : Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 300))))}";
        try
        {
            var (status, answer) = await surface.SendAsync(method, address, who, body, type);
            if (status >= 500) failed.Add($"{request}\n  {status} {answer}");
            else if (status is < 200 or >= 300 && !ReferenceEquals(surface.Releases.Current, before)) failed.Add($"{request}\n  {status}, and there is a new release");
            else if (who is "nobody" or "Viewer" && !ReferenceEquals(surface.Releases.Current, before)) failed.Add($"{request}\n  {status}, and it made a release");
        }
        catch (Exception problem) when (problem is HttpRequestException or OperationCanceledException or IOException)
        {
            failed.Add($"{request}\n  {problem.Message}");
        }
    }

    /// <summary>A name of the configuration that fits a placeholder.</summary>
    private static string? Known(string name) => name switch
    {
        "services" or "routes" => "orders",
        "upstreams" => "orders-upstream",
        "targets" => "127.0.0.1:9",
        "consumers" or "basicauth_credentials" or "hmacauth_credentials" or "jwt_secrets" => "ann",
        "consumer_groups" => "gold",
        "acls" => "staff",
        "snis" or "certificates" => "a.test",
        "pipelines" => "shared",
        "vaults" => "mine",
        "plugins" => "global",
        "number" or "old" or "next" => "1",
        "type" => "http-request",
        "id" => "orders",
        _ => null,
    };

    private static byte[] Body(Random random, string[] fields)
    {
        switch (random.Next(8))
        {
            case 0:
                return Encoding.UTF8.GetBytes(Pick(random, Bodies));
            case 1:
                return Encoding.UTF8.GetBytes(new string(Pick(random, ["[", "{\"a\":", "- "])[0], random.Next(1, 100_000)));
            case 2:
                return Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"config\":", random.Next(1, 3000))));
            case 3:
                var noise = new byte[random.Next(200)];
                random.NextBytes(noise);
                return noise;
            case 4:
                return Encoding.UTF8.GetBytes(string.Join('&', Enumerable.Range(0, random.Next(1, 5)).Select(_ => $"{Pick(random, fields)}{Pick(random, ["", "[]", "[1]", ".a", ".a.b", "."])}={Uri.EscapeDataString(Pick(random, Values))}")));
            default:
                var some = Enumerable.Range(0, random.Next(1, 6)).Select(_ => Pick(random, fields)).Distinct(StringComparer.Ordinal);
                return Encoding.UTF8.GetBytes("{" + string.Join(',', some.Select(f => $"\"{f}\":{Pick(random, Values)}")) + "}");
        }
    }

    /// <summary>The names of the fields that objects have in either API, and of settings of plugins.</summary>
    private static string[] Fields(AdminSurface surface)
    {
        var names = new HashSet<string>(["url", "service_id", "path", "scope", "type", "load_balancer_type", "health_check_config", "middleware", "middleware_ids", "username", "password", "role", "scopes", "expires_in", "method", "headers", "config"], StringComparer.Ordinal);
        var tree = surface.Releases.Current.Tree;
        foreach (var kind in Gateway.Configuration.Reading.EntityKind.All)
            foreach (var entry in tree.All(kind))
                foreach (var (name, value) in entry.ToJson())
                {
                    names.Add(name);
                    foreach (var (inner, _) in value as JsonObject ?? []) names.Add(inner);
                }
        return [.. names.Order(StringComparer.Ordinal)];
    }

    private static int? Number(string variable) => int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static T Pick<T>(Random random, IReadOnlyList<T> from) => from[random.Next(from.Count)];
}
