using Sluice.Gateway.Plugins.Jose;

namespace Sluice.Fuzz.Targets;

/// <summary>The keys that an issuer publishes.</summary>
internal sealed class JsonWebKeySetTarget() : FuzzTarget("jwks")
{
    private static readonly JsonWebToken[] Tokens = [.. new[]
    {
        "eyJhbGciOiJSUzI1NiJ9.e30.AAAA", "eyJhbGciOiJFUzI1NiJ9.e30.AAAA", "eyJhbGciOiJFZERTQSJ9.e30.AAAA",
    }.Select(t => JsonWebToken.Parse(t, out _)!)];

    public override IReadOnlyList<byte[]> Pieces { get; } = AllOf("{", "}", "[", "]", ",", ":", "\"kty\":", "\"RSA\"", "\"EC\"", "\"OKP\"", "\"AQAB\"", "null", "\\ud800", "\"use\":\"sig\"");

    protected override IEnumerable<byte[]> Samples => [.. AllOf(
        "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}",
        "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"1\",\"x\":\"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4\",\"y\":\"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM\"}]}",
        "{\"keys\":[{\"kty\":\"RSA\",\"alg\":\"RS256\",\"use\":\"sig\",\"key_ops\":[\"verify\"],\"n\":\"" + new string('A', 300) + "B" + new string('x', 341) + "\",\"e\":\"AQAB\"}]}")];

    protected override void Run(byte[] input)
    {
        if (JsonWebKeySet.Read(input) is not { } set) return;
        set.Count.ShouldBeLessThanOrEqualTo(200);
        foreach (var token in Tokens) set.Verify("eyJhbGciOiJSUzI1NiJ9.e30.AAAA", token);
    }
}
