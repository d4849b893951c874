using Sluice.Foundation.Signing;

namespace Sluice.Foundation.Tests.Signing;

public sealed class AwsSignerTests
{
    private static readonly AwsCredentials Key = new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");

    /// <summary>Of Amazon's test suite for Signature Version 4.</summary>
    [Theory]
    [InlineData("GET", "https://example.amazonaws.com/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")] // get-vanilla
    [InlineData("GET", "https://example.amazonaws.com/?Param2=value2&Param1=value1", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500")] // get-vanilla-query-order-key-case
    [InlineData("POST", "https://example.amazonaws.com/", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b")] // post-vanilla
    public void Signatures_are_those_of_the_suite(string method, string url, string signature)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), url);
        AwsSigner.Sign(request, [], Key, "us-east-1", "service", new DateTimeOffset(2015, 8, 30, 12, 36, 0, TimeSpan.Zero));
        request.Headers.NonValidated["Authorization"].ToString().ShouldBe(
            $"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature={signature}");
    }

    [Fact]
    public void Credentials_are_not_shown() => Key.ToString().ShouldBe("(a secret)");
}
