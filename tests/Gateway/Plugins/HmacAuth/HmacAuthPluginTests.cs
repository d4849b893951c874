using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Plugins.HmacAuth;

namespace Sluice.Gateway.Tests.Plugins.HmacAuth;

public class HmacAuthPluginTests
{
    private readonly ManualTime time = new();

    private string Date => time.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);

    [Theory]
    [InlineData("hmac-sha1")]
    [InlineData("hmac-sha256")]
    [InlineData("hmac-sha384")]
    [InlineData("hmac-sha512")]
    public async Task Verifies_the_signed_parts(string algorithm)
    {
        var text = $"date: {Date}\nx-a: 1\nGET /a%20b?c=d HTTP/1.1\n@request-target: get /a%20b?c=d\nx-none:";
        var value = Value("date x-a request-line @request-target x-none", Sign(text, algorithm), algorithm);
        var result = await Harness(new HmacAuthConfig()).SendAsync("/a%20b?c=d", headers: [("Date", Date), ("X-A", "1"), ("X-A", "2"), ("Authorization", value)], prepare: Http11);
        result.Status.ShouldBe(200);
        result.Sent("X-Credential-Identifier").ShouldBe("ann");
        result.Sent("Authorization").ShouldBe(value);
        (await Harness(new HmacAuthConfig()).SendAsync("/a%20b?c=e", headers: [("Date", Date), ("X-A", "1"), ("Authorization", value)], prepare: Http11))
            .Body.ShouldContain("HMAC signature does not match");
    }

    [Fact]
    public async Task The_decoded_path_alone_may_stand_for_the_target()
    {
        var value = Value("request-line", Sign("GET /a b HTTP/1.1"));
        (await Harness(new HmacAuthConfig()).SendAsync("/a%20b?c=d", headers: [("Date", Date), ("Authorization", value)], prepare: Http11)).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData(300, 200)]
    [InlineData(-300, 200)]
    [InlineData(301, 401)]
    [InlineData(-301, 401)]
    public async Task The_date_must_be_near(int offset, int status)
    {
        var date = time.GetUtcNow().AddSeconds(offset).ToString("R", CultureInfo.InvariantCulture);
        var result = await Harness(new HmacAuthConfig()).SendAsync(headers: [("Date", date), ("Authorization", Value("date", Sign($"date: {date}")))]);
        result.Status.ShouldBe(status);
        if (status == 401) result.Body.ShouldContain("a valid date or x-date header is required");
    }

    [Fact]
    public async Task A_good_X_Date_is_enough()
    {
        var result = await Harness(new HmacAuthConfig())
            .SendAsync(headers: [("X-Date", Date), ("Date", "yesterday"), ("Authorization", Value("x-date", Sign($"x-date: {Date}")))]);
        result.Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("Hmac nonsense")]
    [InlineData("hmac username=\"bob\", algorithm=\"hmac-sha256\", headers=\"date\", signature=\"AAAA\"")]
    [InlineData("hmac username=\"ann\", algorithm=\"hmac-md5\", headers=\"date\", signature=\"AAAA\"")]
    [InlineData("hmac username=\"ann\", algorithm=\"hmac-sha1\", headers=\"date\", signature=\"AAAA\"")]
    [InlineData("hmac username=\"ann\", algorithm=\"hmac-sha256\", headers=\"host\", signature=\"AAAA\"")]
    public async Task What_cannot_be_verified_is_refused(string value)
    {
        var config = new HmacAuthConfig { Algorithms = ["hmac-sha256"], EnforceHeaders = ["date"], Realm = "r" };
        var result = await Harness(config).SendAsync(headers: [("Date", Date), ("Authorization", value)]);
        result.Status.ShouldBe(401);
        result.Body.ShouldContain("HMAC signature cannot be verified\"");
        result.Header("WWW-Authenticate").ShouldBe("hmac realm=\"r\"");
    }

    [Fact]
    public async Task Without_a_signature_there_is_a_plain_refusal()
    {
        var result = await Harness(new HmacAuthConfig()).SendAsync();
        result.Status.ShouldBe(401);
        result.Body.ShouldContain("Unauthorized");
        result.Header("WWW-Authenticate").ShouldBe("hmac");
    }

    [Theory]
    [InlineData("{\"a\":1}", "{\"a\":1}", 200)]
    [InlineData("{\"a\":1}", "{\"a\":2}", 401)]
    [InlineData("{\"a\":1}", null, 401)]
    [InlineData(null, null, 200)]
    [InlineData(null, "", 200)]
    public async Task The_digest_must_be_the_bodys(string? body, string? digested, int status)
    {
        var headers = new List<(string, string)> { ("Date", Date), ("Authorization", Value("date", Sign($"date: {Date}"))) };
        if (digested is not null) headers.Add(("Digest", "SHA-256=" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(digested)))));
        var result = await Harness(new HmacAuthConfig { ValidateRequestBody = true })
            .SendAsync("/", "POST", [.. headers], body is null ? null : Encoding.UTF8.GetBytes(body));
        result.Status.ShouldBe(status);
    }

    [Fact]
    public async Task Hides_the_field_that_the_signature_was_in()
    {
        var value = Value("date", Sign($"date: {Date}"));
        var result = await Harness(new HmacAuthConfig { HideCredentials = true })
            .SendAsync(headers: [("Date", Date), ("Proxy-Authorization", value), ("Authorization", "Bearer t")]);
        result.Status.ShouldBe(200);
        result.Sent("Proxy-Authorization").ShouldBeNull();
        result.Sent("Authorization").ShouldBe("Bearer t");
    }

    [Theory]
    [InlineData("Sun, 06 Nov 1994 08:49:37 GMT", true)]
    [InlineData("Mon, 06 Nov 1994 08:49:37 GMT", true)]
    [InlineData("Sunday, 06-Nov-94 08:49:37 GMT", true)]
    [InlineData("Sun Nov  6 08:49:37 1994", true)]
    [InlineData("1994-11-06T08:49:37Z", false)]
    [InlineData("Sun, 06 Nov 1994 08:49:37 +0100", false)]
    [InlineData("784111777", false)]
    [InlineData("", false)]
    public void Dates_are_read_in_their_three_forms(string text, bool good) =>
        (RequestDate.Parse(text)?.ToUnixTimeSeconds() ?? 0).ShouldBe(good ? 784111777 : 0);

    private static void Http11(Sluice.Gateway.Pipeline.Exchange exchange) => exchange.Request.Protocol = "HTTP/1.1";

    private static string Value(string parts, string signature, string algorithm = "hmac-sha256") =>
        $"hmac username=\"ann\", algorithm=\"{algorithm}\", headers=\"{parts}\", signature=\"{signature}\"";

    private static string Sign(string text, string algorithm = "hmac-sha256") => Convert.ToBase64String(CryptographicOperations.HmacData(
        new HashAlgorithmName(algorithm[5..].ToUpperInvariant()), "secret"u8.ToArray(), Encoding.UTF8.GetBytes(text)));

    private PluginHarness Harness(HmacAuthConfig config)
    {
        var document = TestDocuments.Of(["ann"], _ => [new HmacAuthCredential { Username = "ann", Secret = "secret" }]);
        return new PluginHarness(document, time).Use("hmac-auth", config);
    }
}
