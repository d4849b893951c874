namespace Sluice.Host.Tests.Admin;

/// <summary>Secrets of the configuration are in no answer to a viewer, in no log, and in no page about the gateway.</summary>
public sealed class HiddenSecretsTests
{
    private static readonly string[] Names = ["orders", "found", "orders-upstream", "shared", "gold", "ann", "7", "app", "staff", "a.test", "mine", "global", "1", "2", "127.0.0.1:9", "http-log", "route", "a", "tenant:acme"];

    [Fact]
    public async Task Viewers_see_no_secret_whatever_they_read()
    {
        await using var surface = await AdminSurface.StartAsync();
        await surface.ApplyAsync(WholeConfiguration.Yaml);
        await surface.ApplyAsync(WholeConfiguration.Yaml.Replace(WholeConfiguration.Planted, WholeConfiguration.Planted + "-new", StringComparison.Ordinal));
        var tree = surface.Releases.Current.Tree;
        var ids = Gateway.Configuration.Reading.EntityKind.All.SelectMany(k => tree.All(k)).Select(o => o.Id.ToString()).ToList();
        var found = new List<string>();
        foreach (var path in await surface.PathsAsync())
        {
            foreach (var name in path.Contains('{', StringComparison.Ordinal) ? Names.Concat(ids) : [""])
                Look(path, await surface.SendAsync("GET", AdminSurface.Fill(path, _ => Uri.EscapeDataString(name)), "Viewer"), found);
        }

        // What is below an object by the names of both.
        foreach (var path in (string[])["/consumers/ann/key-auth", "/consumers/ann/plugins", "/services/orders/plugins", "/routes/orders/plugins", "/certificates?size=1", "/api/v1/config/releases/2/diff/1", "/api/v1/config/releases/0/diff/1"])
            Look(path, await surface.SendAsync("GET", path, "Viewer"), found);
        Look("plan", await surface.SendAsync("POST", "/api/v1/config/plan", "Viewer", System.Text.Encoding.UTF8.GetBytes(WholeConfiguration.Yaml), "application/yaml"), found);
        found.ShouldBeEmpty();

        (await surface.SendAsync("GET", "/consumers/ann/key-auth", "Viewer")).Body.ShouldContain("\"key\":\"***\"");
        (await surface.SendAsync("GET", "/services/orders/plugins", "Viewer")).Body.ShouldContain("\"headers\":{\"X-Key\":\"***\"}");
        foreach (var path in (string[])["/consumers/ann/key-auth", "/services/orders/plugins", "/api/v1/config/middleware"])
            (await surface.SendAsync("GET", path, "Operator")).Body.ShouldContain(WholeConfiguration.Planted, Case.Sensitive, path);
    }

    [Fact]
    public async Task Secrets_are_in_no_log_and_on_no_page()
    {
        await using var surface = await AdminSurface.StartAsync();
        await surface.ApplyAsync(WholeConfiguration.Yaml);
        var (status, answer) = await surface.SendAsync("POST", "/consumers/ann/key-auth", "Admin", System.Text.Encoding.UTF8.GetBytes("key=" + WholeConfiguration.Planted + "-made"), "application/x-www-form-urlencoded");
        status.ShouldBe(201, answer);
        (await surface.SendAsync("DELETE", $"/consumers/ann/key-auth/{WholeConfiguration.Planted}-made", "Admin")).Status.ShouldBe(204);
        (await surface.SendAsync("DELETE", $"/key-auths/{WholeConfiguration.Planted}-gone?key={WholeConfiguration.Planted}", "Viewer")).Status.ShouldBe(403);
        await surface.SendAsync("POST", "/config", "Operator", System.Text.Encoding.UTF8.GetBytes(WholeConfiguration.Yaml.Replace("minute: 5", "minute: x", StringComparison.Ordinal)), "text/yaml");
        var found = new List<string>();
        foreach (var path in (string[])["/api/v1/audit?per_page=1000", "/api/v1/audit/export?format=csv", "/api/v1/audit/export?format=ndjson", "/status", "/metrics", "/api/v1/nodes", "/api/v1/config/releases"])
        {
            var answered = await surface.SendAsync("GET", path, "Admin");
            answered.Status.ShouldBe(200, path);
            Look(path, answered, found);
        }

        Look("log", (200, surface.Log), found);
        foreach (var token in surface.Tokens.Values.OfType<string>()) surface.Log.ShouldNotContain(token);
        found.ShouldBeEmpty();
    }

    private static void Look(string path, (int Status, string Body) answer, List<string> found)
    {
        foreach (var secret in (string[])[WholeConfiguration.Planted, WholeConfiguration.KeyLine, "BEGIN PRIVATE"])
            if (answer.Body.IndexOf(secret, StringComparison.Ordinal) is >= 0 and var at)
                found.Add($"{path}: {answer.Body[Math.Max(0, at - 80)..Math.Min(answer.Body.Length, at + 40)]}");
    }
}
