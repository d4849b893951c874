using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Sluice.Foundation.JsonSchemas.Keywords;

namespace Sluice.Foundation.JsonSchemas;

/// <summary>The formats that are asserted: those of JSON Schema that a program can check, and OpenAPI's. Others say nothing.</summary>
internal static partial class Formats
{
    public static Keyword? Find(string name) => name switch
    {
        "date" => new FormatKeyword(name, IsDate),
        "time" => new FormatKeyword(name, IsTime),
        "date-time" => new FormatKeyword(name, IsDateTime),
        "duration" => new FormatKeyword(name, t => Duration().IsMatch(t)),
        "email" => new FormatKeyword(name, IsEmail),
        "hostname" => new FormatKeyword(name, t => t.Length <= 253 && Hostname().IsMatch(t)),
        "ipv4" => new FormatKeyword(name, t => Ipv4().IsMatch(t)),
        "ipv6" => new FormatKeyword(name, IsIpv6),
        "uuid" => new FormatKeyword(name, t => t.Length == 36 && Guid.TryParseExact(t, "D", out _)),
        "uri" => new FormatKeyword(name, t => IsUri(t) && Scheme().IsMatch(t) && Uri.TryCreate(t, UriKind.Absolute, out _)),
        "uri-reference" => new FormatKeyword(name, IsUri),
        "json-pointer" => new FormatKeyword(name, t => Pointer().IsMatch(t)),
        "regex" => new FormatKeyword(name, IsRegex),
        "byte" => new FormatKeyword(name, t => System.Buffers.Text.Base64.IsValid(t)),
        "int32" => new IntegerFormatKeyword(name, int.MinValue, int.MaxValue),
        "int64" => new IntegerFormatKeyword(name, long.MinValue, long.MaxValue),
        _ => null,
    };

    private static bool IsDate(string text) =>
        text.Length == 10 && DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    private static bool IsIpv6(string text)
    {
        if (text.AsSpan().ContainsAny('%', '[', ']') || !IPAddress.TryParse(text, out var address) || address.AddressFamily != AddressFamily.InterNetworkV6) return false;
        return !text.Contains('.', StringComparison.Ordinal) || Ipv4().IsMatch(text[(text.LastIndexOf(':') + 1)..]);
    }

    /// <summary>RFC 5321, 4.1.2, without comments.</summary>
    private static bool IsEmail(string text)
    {
        var at = text.LastIndexOf('@');
        if (at < 1 || text.Length > 320 || !(LocalPart().IsMatch(text[..at]) || QuotedLocalPart().IsMatch(text[..at]))) return false;
        var domain = text[(at + 1)..];
        if (!domain.StartsWith('[') || !domain.EndsWith(']')) return domain.Length <= 253 && Hostname().IsMatch(domain);
        var literal = domain[1..^1];
        return literal.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase) ? IsIpv6(literal[5..]) : Ipv4().IsMatch(literal);
    }

    private static bool IsDateTime(string text) => text.Length > 11 && (text[10] is 'T' or 't') && IsDate(text[..10]) && IsTime(text[11..]);

    /// <summary>RFC 3339, 5.6 with the restrictions of 5.7: a leap second is the last of a day in UTC.</summary>
    private static bool IsTime(string text)
    {
        var match = Time().Match(text);
        if (!match.Success) return false;
        var hour = Number(match.Groups[1]);
        var minute = Number(match.Groups[2]);
        var second = Number(match.Groups[3]);
        var offset = match.Groups[4].Success ? (Number(match.Groups[5]) * 60) + Number(match.Groups[6]) : 0;
        if (hour > 23 || minute > 59 || second > 60 || (match.Groups[4].Success && (Number(match.Groups[5]) > 23 || Number(match.Groups[6]) > 59))) return false;
        if (second < 60) return true;
        var utc = (hour * 60) + minute + (match.Groups[4].Value == "-" ? offset : -offset);
        return ((utc % 1440) + 1440) % 1440 == 1439;
    }

    private static int Number(Group group) => int.Parse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    private static bool IsUri(string text) => UriCharacters().IsMatch(text) && Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out _);

    private static bool IsRegex(string text)
    {
        try
        {
            _ = new Regex(EcmaSyntax.Translate(text, lenient: false), RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"^([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]+)?(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))\z", RegexOptions.CultureInvariant)]
    private static partial Regex Time();

    [GeneratedRegex(@"^P(?:[0-9]+W|(?=[0-9T])(?:[0-9]+Y(?:[0-9]+M(?:[0-9]+D)?)?|[0-9]+M(?:[0-9]+D)?|[0-9]+D)?(?:T(?:[0-9]+H(?:[0-9]+M(?:[0-9]+S)?)?|[0-9]+M(?:[0-9]+S)?|[0-9]+S))?)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Duration();

    [GeneratedRegex(@"^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex LocalPart();

    [GeneratedRegex("^\"(?:[ !#-\\[\\]-~]|\\\\[ -~])*\"\\z", RegexOptions.CultureInvariant)]
    private static partial Regex QuotedLocalPart();

    [GeneratedRegex(@"^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Hostname();

    [GeneratedRegex(@"^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(?:\.(?!\z)|\z)){4}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Ipv4();

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9+.-]*:", RegexOptions.CultureInvariant)]
    private static partial Regex Scheme();

    [GeneratedRegex(@"^(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*\z", RegexOptions.CultureInvariant)]
    private static partial Regex UriCharacters();

    [GeneratedRegex(@"^(?:/(?:[^~/]|~[01])*)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pointer();
}
