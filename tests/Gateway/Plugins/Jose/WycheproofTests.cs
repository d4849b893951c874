using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Plugins.Jose;

namespace Sluice.Gateway.Tests.Plugins.Jose;

/// <summary>
/// Attacks on signatures and encodings, from Project Wycheproof (Apache License 2.0; the file names its source). With SLUICE_CORPUS naming a folder
/// that has <c>wycheproof/</c>, its whole RSA, ECDSA and EdDSA vectors are run too.
/// </summary>
public class WycheproofTests
{
    [Fact]
    public void Tokens_are_taken_and_refused_as_the_vectors_say()
    {
        using var stream = typeof(WycheproofTests).Assembly.GetManifestResourceStream("wycheproof-jws.json")!;
        var wrong = new List<string>();
        var count = 0;
        foreach (var group in JsonDocument.Parse(stream).RootElement.GetProperty("groups").EnumerateArray())
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
    [InlineData("rsa_signature_2048_sha256_test.json", "RS256")]
    [InlineData("ecdsa_secp256r1_sha256_p1363_test.json", "ES256")]
    [InlineData("ed25519_test.json", "EdDSA")]
    public void Signatures_are_taken_and_refused_as_the_vectors_say(string file, string algorithm)
    {
        var path = Path.Combine(Environment.GetEnvironmentVariable("SLUICE_CORPUS") ?? "/nonexistent", "wycheproof", file);
        Assert.SkipUnless(File.Exists(path), "SLUICE_CORPUS does not name a folder with the vectors");
        var wrong = new List<string>();
        foreach (var group in JsonDocument.Parse(File.ReadAllBytes(path)).RootElement.GetProperty("testGroups").EnumerateArray())
        {
            var credential = new JwtCredential { Algorithm = algorithm, RsaPublicKey = group.GetProperty("publicKeyPem").GetString() };
            var verifier = SignatureVerifier.For(credential, secretIsBase64: false).ShouldNotBeNull();
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                var good = verifier.Verify(Hex(test, "msg"), Hex(test, "sig"));
                var expected = test.GetProperty("result").GetString();
                if (expected is not "acceptable" && good != expected is "valid") wrong.Add($"{test.GetProperty("tcId")} {test.GetProperty("comment")}");
            }
        }

        wrong.ShouldBeEmpty();

        static byte[] Hex(JsonElement test, string name) => Convert.FromHexString(test.GetProperty(name).GetString()!);
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
