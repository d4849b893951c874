using System.Text.RegularExpressions;
using Sluice.Gateway.Plugins.Authentication;

namespace Sluice.Gateway.Plugins.HmacAuth;

/// <summary>What an <c>Authorization: hmac</c> field says of a signature.</summary>
/// <param name="Username">Whose secret made it.</param>
/// <param name="Algorithm">How.</param>
/// <param name="Parts">What is signed, in order.</param>
/// <param name="Signature">The bytes; empty when they are not written in base64.</param>
internal sealed record SignatureParameters(string Username, string Algorithm, string[] Parts, byte[] Signature)
{
    /// <summary>Linear in the length of what clients send; values reach as far as they can, as in Kong.</summary>
    private static readonly Regex Form = new(
        """\s*[Hh]mac\s*username="(.+)",\s*algorithm="(.+)",\s*headers="(.+)",\s*signature="(.+)" """.TrimEnd(),
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant,
        Regex.InfiniteMatchTimeout);

    /// <summary>Reads a field's value; null when it is not of the form.</summary>
    public static SignatureParameters? Read(string? value)
    {
        if (value is null || Form.Match(value) is not { Success: true } match) return null;
        return new SignatureParameters(
            FieldText.Read(match.Groups[1].Value),
            match.Groups[2].Value,
            match.Groups[3].Value.Split(' '),
            NginxBase64.Decode(match.Groups[4].ValueSpan) ?? []);
    }
}
