using System.Text;
using Sluice.Gateway.Plugins.Authentication;
using Sluice.Gateway.Plugins.HmacAuth;
using Sluice.Gateway.Plugins.Redirect;
using Sluice.Gateway.Plugins.Session;

namespace Sluice.Fuzz.Targets;

/// <summary>What callers show in header fields and cookies: names with passwords, signatures, dates, sealed sessions; and paths that go into redirects.</summary>
internal sealed class CredentialsTarget() : FuzzTarget("credentials")
{
    private static readonly CookieSeal Seal = new("secret", "session");
    private static readonly RedirectTarget Redirect = RedirectTarget.Parse("https://new.test/a#f")!;

    public override IReadOnlyList<byte[]> Pieces { get; } = AllOf("Basic ", "asic", "hmac username=\"", "\", algorithm=\"", "\", headers=\"", "\", signature=\"", "=", ":", "\"", " GMT", ",", "..", "%2e", "\0", "é");

    protected override IEnumerable<byte[]> Samples =>
    [
        .. AllOf("Basic YTpi", "basic OmE6Yg==", "hmac username=\"a\", algorithm=\"hmac-sha256\", headers=\"date host\", signature=\"QUJD\"",
            "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "/a/../b/%2E%2e/c?d=e"),
        Bytes(Seal.Seal("[\"a\",\"b\",\"c\"]"u8)),
    ];

    protected override void Run(byte[] input)
    {
        var text = Encoding.Latin1.GetString(input);
        if (BasicCredentials.Read(text) is { } basic) basic.Username.ShouldNotBeEmpty();
        if (SignatureParameters.Read(text) is { } signature) signature.Parts.ShouldNotBeEmpty();
        RequestDate.Parse(text);
        if (Seal.Open(text) is { } sealedText) sealedText.ShouldBe("[\"a\",\"b\",\"c\"]"u8.ToArray());
        SessionState.Read(input);
        var location = Redirect.With("/" + text);
        location.ShouldStartWith("https://new.test/");
        location.All(c => c is > ' ' and < '\u007F').ShouldBeTrue();
    }
}
