using System.Text;
using Sluice.Gateway.Plugins.Jose;

namespace Sluice.Gateway.Tests.Plugins.Jose;

public class JsonWebKeySetTests
{
    private static readonly SigningKey Key = SigningKey.New("RS256", "a");

    [Theory]
    [InlineData("RS256")]
    [InlineData("RS384")]
    [InlineData("RS512")]
    [InlineData("PS256")]
    [InlineData("PS384")]
    [InlineData("PS512")]
    [InlineData("ES256")]
    [InlineData("ES384")]
    [InlineData("ES512")]
    public void Signatures_of_every_algorithm_are_verified(string algorithm)
    {
        var (key, other) = (SigningKey.New(algorithm, "a"), SigningKey.New(algorithm, "a"));
        Verify(SigningKey.Set(key), key.Token("{}")).ShouldBe(KeyMatch.Good);
        Verify(SigningKey.Set(key), other.Token("{}")).ShouldBe(KeyMatch.BadSignature);
    }

    [Theory]
    [InlineData("AA", false)]
    [InlineData("iR5LhtrqzGrG8tTCIb_XEEiR_C8Cgcj6b1casbFKUlHUMyxQam6D3Ho8q__r05cvESdcbjaABiK6hrQuEo2JAg", true)]
    public void Signatures_on_an_Edwards_curve_are_verified(string signature, bool good) => Verify(
        """{"keys":[{"kty":"OKP","crv":"Ed25519","x":"xpKBlExkzFPCLcgXH9faTfGP7T6N7e9C501AoojHTho"}]}""",
        "eyJ0eXAiOiJKV1QiLCJhbGciOiJFZERTQSJ9.eyJpc3MiOiJqd3QtZWRkc2EiLCJleHAiOjQxMDI0NDQ4MDB9." + signature).ShouldBe(good ? KeyMatch.Good : KeyMatch.BadSignature);

    [Fact]
    public void A_token_that_names_no_key_may_be_by_any_and_one_that_names_another_by_none()
    {
        Verify(SigningKey.Set(SigningKey.New("RS256", "b"), Key), Key.Token("{}", """{"alg":"RS256"}""")).ShouldBe(KeyMatch.Good);
        Verify(SigningKey.Set(Key), Key.Token("{}", """{"alg":"RS256","kid":"b"}""")).ShouldBe(KeyMatch.NoKey);
    }

    [Theory]
    [InlineData("""{"keys":[{"kty":"oct","k":"c2VjcmV0","alg":"HS256"}]}""")]
    [InlineData("""{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]}""")]
    [InlineData("""{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}]}""")]
    [InlineData("""{"keys":[{"kty":1},1,null,[]]}""")]
    [InlineData("""{"keys":[]}""")]
    public void Keys_that_cannot_be_used_are_left_out(string json) => JsonWebKeySet.Read(Encoding.UTF8.GetBytes(json)).ShouldNotBeNull().Count.ShouldBe(0);

    [Theory]
    [InlineData("\"use\":\"sig\"", "\"use\":\"enc\"")]
    [InlineData("\"use\":\"sig\"", "\"key_ops\":[\"encrypt\"]")]
    [InlineData("\"use\":\"sig\"", "\"alg\":\"RS512\"")]
    [InlineData("\"use\":\"sig\"", "\"alg\":null")]
    public void Keys_are_used_for_nothing_but_what_they_are_for(string part, string instead) =>
        Verify(SigningKey.Set(Key).Replace(part, instead, StringComparison.Ordinal), Key.Token("{}")).ShouldBe(KeyMatch.NoKey);

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"keys":{}}""")]
    [InlineData("""{"keys":[],"keys":[]}""")]
    public void What_is_no_set_is_refused(string json) => JsonWebKeySet.Read(Encoding.UTF8.GetBytes(json)).ShouldBeNull();

    private static KeyMatch Verify(string set, string token)
    {
        var read = JsonWebKeySet.Read(Encoding.UTF8.GetBytes(set)).ShouldNotBeNull();
        var parsed = JsonWebToken.Parse(token, out _).ShouldNotBeNull();
        return read.Verify(token, parsed);
    }
}
