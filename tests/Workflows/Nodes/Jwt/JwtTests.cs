using System.Security.Cryptography;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Tests.Connections;

namespace Sluice.Workflows.Tests.Nodes.Jwt;

public sealed class JwtTests
{
    private static readonly JsObject Secret = new() { ["key_type"] = "passphrase", ["secret"] = "your-256-bit-secret", ["algorithm"] = "HS256" };

    // The example of jwt.io.
    private const string Known = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c";

    [Fact]
    public async Task Makes_the_token_that_others_make()
    {
        var made = await RunAsync("""{"useJson": true, "claimsJson": {"sub": "1234567890", "name": "John Doe", "iat": 1516239022}}""", Secret);
        made["token"].AsString.ShouldBe(Known);
    }

    [Fact]
    public async Task Checks_tokens()
    {
        (await RunAsync($$"""{"operation": "verify", "token": "{{Known}}"}""", Secret))["payload"].AsObject!["name"].AsString.ShouldBe("John Doe");
        await RefusedAsync($$"""{"operation": "verify", "token": "{{Known.Replace("SflK", "TflK")}}"}""", "The JWT token can't be verified");
        await RefusedAsync("""{"operation": "verify", "token": "eyJhbGciOiJub25lIn0.e30."}""", "invalid algorithm");
        await RefusedAsync("""{"operation": "verify", "token": "x"}""", "jwt malformed");
        var ended = (await RunAsync("""{"claims": {"expiresIn": -10}}""", Secret))["token"].AsString;
        await RefusedAsync($$"""{"operation": "verify", "token": "{{ended}}"}""", "jwt expired");
        (await RunAsync($$"""{"operation": "verify", "token": "{{ended}}", "options": {"clockTolerance": 60} }""", Secret))["payload"].AsObject.ShouldNotBeNull();
    }

    [Fact]
    public async Task Reads_without_checking() =>
        (await RunAsync($$"""{"operation": "decode", "token": "{{Known[..^5]}}", "options": {"complete": true} }""", Secret))["header"].AsObject!["alg"].AsString.ShouldBe("HS256");

    [Theory]
    [InlineData("RS256")]
    [InlineData("PS384")]
    [InlineData("ES256")]
    public async Task Knows_pairs_of_keys(string algorithm)
    {
        using AsymmetricAlgorithm pair = algorithm[0] == 'E' ? ECDsa.Create(ECCurve.NamedCurves.nistP256) : RSA.Create(2048);
        var connection = new JsObject { ["key_type"] = "pemKey", ["algorithm"] = algorithm, ["private_key"] = pair.ExportPkcs8PrivateKeyPem(), ["public_key"] = pair.ExportSubjectPublicKeyInfoPem() };
        var token = (await RunAsync("""{"claims": {"subject": "ann"}}""", connection))["token"].AsString;
        (await RunAsync($$"""{"operation": "verify", "token": "{{token}}"}""", connection))["payload"].AsObject!["sub"].AsString.ShouldBe("ann");
    }

    private static async Task RefusedAsync(string parameters, string message) => (await Should.ThrowAsync<NodeException>(() => RunAsync(parameters, Secret))).Message.ShouldBe(message);

    private static async Task<JsObject> RunAsync(string parameters, JsObject connection)
    {
        var check = NodeFixture.Load(new JsObject { ["name"] = "Node", ["type"] = "jwt", ["parameters"] = JsJson.Parse(parameters), ["credentials"] = JsJson.Parse("""{"jwtAuth": {"name": "mine"}}""") });
        check.Problems.ShouldBeEmpty();
        return (await NodeFixture.RunAsync(check.Model!.Find("Node")!, check.Model, [[new Item(new JsObject())]], new NodeServices { Connections = new OneConnection("jwt", JsJson.WriteString(connection)) }))[0][0].Json;
    }
}
