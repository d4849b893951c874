using System.Formats.Asn1;
using Sluice.Gateway.Plugins.LdapAuth;

namespace Sluice.Gateway.Tests.Plugins.LdapAuth;

public class LdapMessageTests
{
    [Fact]
    public void A_bind_is_written_as_RFC_4511_has_it() =>
        Convert.ToHexString(LdapMessage.Bind(1, "cn=a", "pw"u8)).ShouldBe("3012020101" + "600D020103" + "0404636E3D61" + "80027077");

    [Fact]
    public void StartTLS_is_written_as_RFC_4511_has_it() =>
        Convert.ToHexString(LdapMessage.StartTls(2)).ShouldBe("301D020102" + "7718" + "8016" + Convert.ToHexString("1.3.6.1.4.1.1466.20037"u8));

    [Theory]
    [InlineData("300C02010161070A010004000400", 0, "")]
    [InlineData("300E02010161090A0131040004026E6F", 49, "no")]
    [InlineData("3084000000100201016184000000070A010004000400", 0, "")]
    [InlineData("301002010161070A010004000400A0020400", 0, "")]
    [InlineData("300E02010161090A01000400040087020400", 0, "")]
    [InlineData("300C02010078070A013404000400", 52, "")]
    public void An_answer_is_read(string hex, int code, string diagnostic)
    {
        var bytes = Convert.FromHexString(hex);
        if (LdapMessage.LengthOf(bytes) is { } length) bytes = bytes[..Math.Min(length, bytes.Length)];
        LdapMessage.ReadBind(bytes, 1).ShouldBe(new LdapResult(code, diagnostic));
    }

    [Theory]
    [InlineData("300C02010261070A010004000400")]
    [InlineData("300C02010160070A010004000400")]
    [InlineData("300C02010161070A010004000500")]
    [InlineData("300C02010161070A0100040004")]
    [InlineData("300D02010161080A02010004000400")]
    [InlineData("300C02010161070A01000400040000")]
    [InlineData("30050201016100")]
    [InlineData("3000")]
    [InlineData("485454502F312E31")]
    public void Anything_else_is_none(string hex) => Should.Throw<AsnContentException>(() => LdapMessage.ReadBind(Convert.FromHexString(hex), 1));

    [Theory]
    [InlineData("", null)]
    [InlineData("30", null)]
    [InlineData("300C", 14)]
    [InlineData("3082", null)]
    [InlineData("30820100", 260)]
    [InlineData("3084000000100201", 22)]
    public void The_length_is_told_by_the_beginning(string hex, int? length) => LdapMessage.LengthOf(Convert.FromHexString(hex)).ShouldBe(length);

    [Theory]
    [InlineData("4854")]
    [InlineData("3080")]
    [InlineData("3085")]
    [InlineData("3084FFFFFFFF")]
    [InlineData("3083020000")]
    public void What_has_no_reasonable_length_is_none(string hex) => Should.Throw<AsnContentException>(() => LdapMessage.LengthOf(Convert.FromHexString(hex)));

    [Theory]
    [InlineData("ann", "ann")]
    [InlineData("x,ou=admins", "x\\,ou\\=admins")]
    [InlineData(" #a ", "\\ #a\\ ")]
    [InlineData("#a", "\\#a")]
    [InlineData("a+b\"c\\d<e>f;g\0", "a\\+b\\\"c\\\\d\\<e\\>f\\;g\\00")]
    [InlineData("Zoë", "Zoë")]
    public void Names_are_escaped(string name, string escaped) => DistinguishedName.Escape(name).ShouldBe(escaped);
}
