using System.Security.Cryptography;
using System.Text;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Plugins.BasicAuth;

namespace Sluice.Gateway.Tests.Plugins.BasicAuth;

public class BasicAuthPluginTests
{
    private static readonly GatewayDocument Document = TestDocuments.Of(
        ["ann", "nobody"],
        c => c.Username is "ann" ? [new BasicAuthCredential { Id = TestDocuments.IdOf("password"), Username = "Ann", Password = "pä:ss" }] : []);

    [Theory]
    [InlineData("Ann:pä:ss", 200)]
    [InlineData("Ann:pä:s", 401)]
    [InlineData("Ann:pä:sss", 401)]
    [InlineData("Ann:", 401)]
    [InlineData("ann:pä:ss", 401)]
    [InlineData("bob:pä:ss", 401)]
    public async Task Takes_the_name_with_its_password(string shown, int status)
    {
        var result = await Harness(new BasicAuthConfig()).SendAsync(headers: [("Authorization", Basic(shown))]);
        result.Status.ShouldBe(status);
        result.Header("WWW-Authenticate").ShouldBe(status == 401 ? "Basic realm=\"service\"" : null);
        result.Sent("X-Credential-Identifier").ShouldBe(status == 200 ? "Ann" : null);
        result.Sent("X-Consumer-Username").ShouldBe(status == 200 ? "ann" : null);
    }

    [Fact]
    public async Task Refuses_without_credentials_naming_the_realm()
    {
        var result = await Harness(new BasicAuthConfig { Realm = "shop" }).SendAsync();
        result.Status.ShouldBe(401);
        result.Body.ShouldContain("Unauthorized");
        result.Header("WWW-Authenticate").ShouldBe("Basic realm=\"shop\"");
    }

    [Theory]
    [InlineData("Ann:pä:ss", "bob:x", 200)]
    [InlineData("bob:x", "Ann:pä:ss", 200)]
    [InlineData("Ann:wrong", "Ann:pä:ss", 401)]
    public async Task Proxy_authorization_goes_first(string proxy, string own, int status) =>
        (await Harness(new BasicAuthConfig()).SendAsync(headers: [("Proxy-Authorization", Basic(proxy)), ("Authorization", Basic(own))])).Status.ShouldBe(status);

    [Fact]
    public async Task Hides_the_field_that_was_looked_at()
    {
        var result = await Harness(new BasicAuthConfig { HideCredentials = true })
            .SendAsync(headers: [("Proxy-Authorization", Basic("Ann:pä:ss")), ("Authorization", "Bearer t")]);
        result.Sent("Proxy-Authorization").ShouldBeNull();
        result.Sent("Authorization").ShouldBe("Bearer t");
        (await Harness(new BasicAuthConfig { HideCredentials = true }).SendAsync(headers: [("Authorization", Basic("Ann:pä:ss"))]))
            .Sent("Authorization").ShouldBeNull();
    }

    [Fact]
    public async Task Anonymous_takes_the_place_of_a_refusal()
    {
        var result = await Harness(new BasicAuthConfig { Anonymous = "nobody" }).SendAsync(headers: [("Authorization", Basic("Ann:wrong"))]);
        result.Status.ShouldBe(200);
        result.Sent("X-Anonymous-Consumer").ShouldBe("true");
        result.Exchange.Consumer!.Config.Username.ShouldBe("nobody");
    }

    [Fact]
    public async Task A_file_without_transformation_has_hashed_passwords()
    {
#pragma warning disable CA5350 // Kong's form.
        var hash = Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes("secret" + TestDocuments.IdOf("ann"))));
#pragma warning restore CA5350
        var document = TestDocuments.Of(["ann"], _ => [new BasicAuthCredential { Username = "ann", Password = hash }]) with { Transform = false };
        var harness = new PluginHarness(document).Use("basic-auth", new BasicAuthConfig());
        (await harness.SendAsync(headers: [("Authorization", Basic("ann:secret"))])).Status.ShouldBe(200);
        (await harness.SendAsync(headers: [("Authorization", Basic("ann:" + hash))])).Status.ShouldBe(401);
    }

    private static string Basic(string text) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static PluginHarness Harness(BasicAuthConfig config) => new PluginHarness(Document).Use("basic-auth", config);
}
