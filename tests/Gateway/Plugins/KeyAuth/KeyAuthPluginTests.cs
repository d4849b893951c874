using System.Diagnostics;
using System.Text;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Plugins.KeyAuth;

namespace Sluice.Gateway.Tests.Plugins.KeyAuth;

public class KeyAuthPluginTests
{
    private static readonly GatewayDocument Document = TestDocuments.Of(
        ["ann", "nobody"],
        c => c.Username is "ann" ? [new KeyAuthCredential { Id = TestDocuments.IdOf("key"), Key = "secret" }] : []);

    [Theory]
    [InlineData("/", "apikey", "secret", 200, "upstream")]
    [InlineData("/", "APIKEY", "secret", 200, "upstream")]
    [InlineData("/?apikey=secret", null, null, 200, "upstream")]
    [InlineData("/?a=1&api%6Bey=s%65cret", null, null, 200, "upstream")]
    [InlineData("/?apikey=bad", "apikey", "secret", 200, "upstream")]
    [InlineData("/?apikey=secret", "apikey", "bad", 401, "Unauthorized")]
    [InlineData("/?apikey=secret", "apikey", "", 401, "No API key found in request")]
    [InlineData("/?APIKEY=secret", null, null, 401, "No API key found in request")]
    [InlineData("/?apikey", null, null, 401, "No API key found in request")]
    [InlineData("/?apikey=secret&apikey=secret", null, null, 401, "Duplicate API key found")]
    [InlineData("/", null, null, 401, "No API key found in request")]
    [InlineData("/", "apikey", "SECRET", 401, "Unauthorized")]
    public async Task Finds_the_key_as_Kong_does(string target, string? header, string? value, int status, string body)
    {
        var result = await Harness(new KeyAuthConfig()).SendAsync(target, headers: header is null ? null : [(header, value!)]);
        result.Status.ShouldBe(status);
        result.Body.ShouldContain(body);
        result.Header("WWW-Authenticate").ShouldBe(status == 401 ? "Key" : null);
    }

    [Theory]
    [InlineData("api_key", 200)]
    [InlineData("Api-Key", 200)]
    [InlineData("apikey", 401)]
    public async Task A_name_with_underscores_finds_and_hides_hyphens_too(string header, int status)
    {
        var result = await Harness(new KeyAuthConfig { KeyNames = ["api_key"], HideCredentials = true }).SendAsync(headers: [(header, "secret")]);
        result.Status.ShouldBe(status);
        if (status == 200) result.Sent(header).ShouldBeNull();
    }

    [Fact]
    public async Task Two_lines_of_the_field_are_a_duplicate() =>
        (await Harness(new KeyAuthConfig()).SendAsync(headers: [("apikey", "secret"), ("apikey", "secret")])).Body.ShouldContain("Duplicate");

    [Fact]
    public async Task Tells_the_upstream_who_calls_and_drops_what_the_client_said()
    {
        var result = await Harness(new KeyAuthConfig()).SendAsync(headers:
        [
            ("apikey", "secret"), ("X-Consumer-ID", "spoof"), ("X-Consumer-Custom-ID", "spoof"), ("X-Anonymous-Consumer", "true"),
        ]);
        result.Sent("X-Consumer-ID").ShouldBe(TestDocuments.IdOf("ann").ToString());
        result.Sent("X-Consumer-Username").ShouldBe("ann");
        result.Sent("X-Consumer-Custom-ID").ShouldBeNull();
        result.Sent("X-Credential-Identifier").ShouldBe(TestDocuments.IdOf("key").ToString());
        result.Sent("X-Anonymous-Consumer").ShouldBeNull();
        result.Sent("apikey").ShouldBe("secret");
    }

    [Fact]
    public async Task A_preflight_that_is_let_through_cannot_say_who_calls()
    {
        var result = await Harness(new KeyAuthConfig { RunOnPreflight = false })
            .SendAsync(method: "OPTIONS", headers: [("X-Consumer-Username", "spoof"), ("X-Credential-Identifier", "spoof")]);
        result.Status.ShouldBe(200);
        result.Sent("X-Consumer-Username").ShouldBeNull();
        result.Sent("X-Credential-Identifier").ShouldBeNull();
    }

    [Fact]
    public async Task Anonymous_takes_the_place_of_a_refusal()
    {
        var result = await Harness(new KeyAuthConfig { Anonymous = "nobody" })
            .SendAsync(headers: [("apikey", "bad"), ("X-Credential-Identifier", "spoof")]);
        result.Status.ShouldBe(200);
        result.Exchange.Consumer!.Config.Username.ShouldBe("nobody");
        result.Exchange.Credential.ShouldBeNull();
        result.Sent("X-Anonymous-Consumer").ShouldBe("true");
        result.Sent("X-Credential-Identifier").ShouldBeNull();
    }

    [Fact]
    public async Task An_anonymous_consumer_that_does_not_exist_is_our_fault() =>
        (await Harness(new KeyAuthConfig { Anonymous = "ghost" }).SendAsync()).Status.ShouldBe(500);

    [Fact]
    public async Task Hidden_keys_do_not_go_upstream()
    {
        var result = await Harness(new KeyAuthConfig { HideCredentials = true })
            .SendAsync("/?b=%20x&apikey=secret&c", headers: [("apikey", "secret")]);
        result.Sent("apikey").ShouldBeNull();
        result.Exchange.Upstream.Query.ShouldBe("?b=%20x&c");
        (await Harness(new KeyAuthConfig { HideCredentials = true }).SendAsync("/?apikey=secret")).Exchange.Upstream.Query.ShouldBe("");
    }

    [Fact]
    public async Task Preflights_pass_where_they_need_no_key()
    {
        var harness = Harness(new KeyAuthConfig { RunOnPreflight = false, Realm = "r" });
        (await harness.SendAsync(method: "OPTIONS")).Status.ShouldBe(200);
        (await harness.SendAsync()).Header("WWW-Authenticate").ShouldBe("Key realm=\"r\"");
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded", "x=1&apikey=secret", "x=1")]
    [InlineData("application/json; charset=utf-8", """{"apikey":"secret","n":[1.50]}""", """{"n":[1.50]}""")]
    [InlineData("multipart/form-data; boundary=\"BB\"", "--BB\r\nContent-Disposition: form-data; name=\"apikey\"\r\n\r\nsecret\r\n--BB\r\nContent-Disposition: form-data; name=f\r\n\r\na--BB\r\n--BB--\r\n", "--BB\r\nContent-Disposition: form-data; name=f\r\n\r\na--BB\r\n--BB--\r\n")]
    public async Task Keys_are_found_in_bodies_and_hidden(string type, string body, string hidden)
    {
        var shown = await Harness(new KeyAuthConfig { KeyInBody = true }).SendAsync("/", "POST", [("Content-Type", type)], Encoding.UTF8.GetBytes(body));
        shown.Status.ShouldBe(200);
        Encoding.UTF8.GetString(shown.Exchange.BufferedRequestBody!).ShouldBe(body);

        var result = await Harness(new KeyAuthConfig { KeyInBody = true, HideCredentials = true })
            .SendAsync("/", "POST", [("Content-Type", type)], Encoding.UTF8.GetBytes(body));
        result.Status.ShouldBe(200);
        Encoding.UTF8.GetString(result.Exchange.BufferedRequestBody!).ShouldBe(hidden);
    }

    [Theory]
    [InlineData("text/plain", "apikey=secret", "No API key")]
    [InlineData("application/json", "{bad", "No API key")]
    [InlineData("application/json", """{"apikey":5}""", "No API key")]
    [InlineData("application/json", """{"apikey":["secret"]}""", "Duplicate")]
    [InlineData("multipart/form-data; boundary=BB", "--BB\r\nContent-Disposition: form-data; name=\"apikey\"\r\n\r\nsecret", "No API key")]
    public async Task Bodies_without_one_readable_key_are_refused(string type, string body, string message) =>
        (await Harness(new KeyAuthConfig { KeyInBody = true }).SendAsync("/", "POST", [("Content-Type", type)], Encoding.UTF8.GetBytes(body)))
            .Body.ShouldContain(message);

    [Fact]
    public async Task A_key_ends_with_its_ttl()
    {
        var time = new ManualTime();
        var document = TestDocuments.Of(["ann"], _ => [new KeyAuthCredential { Key = "k", Ttl = 60, CreatedAt = time.GetUtcNow().ToUnixTimeSeconds() }]);
        var harness = new PluginHarness(document, time).Use("key-auth", new KeyAuthConfig());
        (await harness.SendAsync(headers: [("apikey", "k")])).Status.ShouldBe(200);
        time.Advance(TimeSpan.FromSeconds(60));
        (await harness.SendAsync(headers: [("apikey", "k")])).Status.ShouldBe(401);
    }

    [Fact]
    public async Task Keys_and_names_beyond_ASCII_are_UTF_8_in_header_fields()
    {
        var document = TestDocuments.Of(["Zoë 你"], _ => [new KeyAuthCredential { Key = "schlüssel" }]);
        var result = await new PluginHarness(document).Use("key-auth", new KeyAuthConfig()).SendAsync(headers: [("apikey", "schl\u00C3\u00BCssel")]);
        result.Status.ShouldBe(200);
        Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(result.Sent("X-Consumer-Username")!)).ShouldBe("Zoë 你");
        (await new PluginHarness(document).Use("key-auth", new KeyAuthConfig()).SendAsync("/?apikey=schl%C3%BCssel")).Status.ShouldBe(200);
    }

    [Fact]
    public void A_million_keys_are_indexed_in_seconds_and_found_without_allocating()
    {
        var consumer = new Reference(Guid.NewGuid());
        var document = new GatewayDocument
        {
            Credentials = [.. Enumerable.Range(0, 1_000_000).Select(i => new KeyAuthCredential { Key = "key-" + i, Consumer = consumer })],
        };
        var started = Stopwatch.GetTimestamp();
        var index = new KeyAuthIndex(document);
        Stopwatch.GetElapsedTime(started).ShouldBeLessThan(Eventually.Patience);
        index.Count.ShouldBe(1_000_000);
        index.Find("key-999999").ShouldNotBeNull();
        index.Find("no such key").ShouldBeNull();
        Allocations.Least(() =>
        {
            _ = index.Find("key-123456");
            _ = index.Find("no such key");
        }).ShouldBe(0);
    }

    private static PluginHarness Harness(KeyAuthConfig config) => new PluginHarness(Document).Use("key-auth", config);
}
