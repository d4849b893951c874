using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Plugins.Jose;

namespace Sluice.Gateway.Tests.Plugins.Jose;

/// <summary>Attacks on signatures, keys and encodings, from Project Wycheproof (Apache License 2.0; the files name their sources).</summary>
public class WycheproofTests
{
    [Fact]
    public void Tokens_are_taken_and_refused_as_the_vectors_say()
    {
        var wrong = new List<string>();
        var count = 0;
        foreach (var group in Vectors("wycheproof-jws.json").GetProperty("groups").EnumerateArray())
        {
            var credential = CredentialOf(group.GetProperty("key"), group.GetProperty("alg").GetString()!);
            var verifier = SignatureVerifier.For(credential, secretIsBase64: true).ShouldNotBeNull();
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                count++;
                if (Good(test.GetProperty("jws").GetString()!, credential.Algorithm, verifier) != test.GetProperty("valid").GetBoolean())
                    wrong.Add($"{test.GetProperty("id")} {test.GetProperty("comment")}");
            }
        }

        wrong.ShouldBeEmpty();
        count.ShouldBeGreaterThan(100);
    }

    [Theory]
    [InlineData("RS256", 258)]
    [InlineData("ES256", 262)]
    [InlineData("EdDSA", 151)]
    [InlineData("HS256", 87)]
    public void Signatures_are_taken_and_refused_as_the_vectors_say(string algorithm, int count)
    {
        var wrong = new List<string>();
        foreach (var group in Vectors("wycheproof-signatures.json").GetProperty("groups").EnumerateArray().Where(g => g.GetProperty("algorithm").ValueEquals(algorithm)))
        {
            var key = group.GetProperty("key").GetString()!;
            var credential = algorithm == "HS256"
                ? new JwtCredential { Algorithm = algorithm, Secret = key }
                : new JwtCredential { Algorithm = algorithm, RsaPublicKey = $"-----BEGIN PUBLIC KEY-----\n{key}\n-----END PUBLIC KEY-----" };
            var verifier = SignatureVerifier.For(credential, secretIsBase64: true).ShouldNotBeNull();
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                count--;
                if (verifier.Verify(test.GetProperty("message").GetBytesFromBase64(), test.GetProperty("signature").GetBytesFromBase64()) != test.GetProperty("valid").GetBoolean())
                    wrong.Add($"{test.GetProperty("id")} {test.GetProperty("comment")}");
            }
        }

        wrong.ShouldBeEmpty();
        count.ShouldBe(0);
    }

    [Fact]
    public void Keys_of_sets_are_used_and_left_alone_as_the_vectors_say()
    {
        var wrong = new List<string>();
        foreach (var test in Vectors("wycheproof-keys.json").GetProperty("tests").EnumerateArray())
        {
            var jws = test.GetProperty("jws").GetString()!;
            var head = JsonDocument.Parse(JsonWebToken.Bytes(jws.Split('.')[0])!).RootElement;
            var algorithm = head.GetProperty("alg").GetString()!;
            var good = test.GetProperty("keys").GetProperty("keys").EnumerateArray()
                .Select(JsonWebKey.Read).OfType<JsonWebKey>()
                .Any(key => key.Id == head.GetProperty("kid").GetString() && key.IsFor(algorithm) && key.Verifier(algorithm) is { } verifier && Good(jws, algorithm, verifier));
            if (good != test.GetProperty("valid").GetBoolean()) wrong.Add($"{test.GetProperty("id")} {test.GetProperty("comment")}");
        }

        wrong.ShouldBeEmpty();
    }

    private static JsonElement Vectors(string name)
    {
        using var stream = typeof(WycheproofTests).Assembly.GetManifestResourceStream(name)!;
        return JsonDocument.Parse(stream).RootElement;
    }

    private static bool Good(string jws, string algorithm, SignatureVerifier verifier)
    {
        // The vectors' payloads are no JSON, so the parts are read with the parser's own decoder.
        var parts = jws.Split('.');
        if (parts.Length != 3 || JsonWebToken.Bytes(parts[0]) is not { Length: > 0 } header) return false;
        if (JsonWebToken.Bytes(parts[1]) is null || JsonWebToken.Bytes(parts[2]) is not { } signature) return false;
        if (JsonDocument.Parse(header).RootElement.GetProperty("alg").GetString() != algorithm) return false;
        return verifier.Verify(Encoding.ASCII.GetBytes(parts[0] + "." + parts[1]), signature);
    }

    private static JwtCredential CredentialOf(JsonElement key, string algorithm)
    {
        var credential = new JwtCredential { Key = "k", Algorithm = algorithm };
        switch (key.GetProperty("kty").GetString())
        {
            case "oct":
                return credential with { Secret = key.GetProperty("k").GetString() };
            case "RSA":
                using (var rsa = RSA.Create(new RSAParameters { Modulus = Part("n"), Exponent = Part("e") }))
                    return credential with { RsaPublicKey = rsa.ExportSubjectPublicKeyInfoPem() };
            default:
                var curve = key.GetProperty("crv").GetString() switch
                {
                    "P-256" => ECCurve.NamedCurves.nistP256,
                    "P-384" => ECCurve.NamedCurves.nistP384,
                    _ => ECCurve.NamedCurves.nistP521,
                };
                using (var ecdsa = ECDsa.Create(new ECParameters { Curve = curve, Q = new ECPoint { X = Part("x"), Y = Part("y") } }))
                    return credential with { RsaPublicKey = ecdsa.ExportSubjectPublicKeyInfoPem() };
        }

        byte[] Part(string name) => Base64Url.DecodeFromChars(key.GetProperty(name).GetString());
    }
}
