using Sluice.Foundation.Schema;

namespace Sluice.Gateway.Configuration.Rules;

/// <summary>The name of an object: letters, digits, <c>. - _ ~</c>, and any letters outside ASCII.</summary>
public sealed class ObjectNameAttribute : RuleAttribute
{
    public override string? Refuse(string value) =>
        value.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '~' || c >= 0x80)
            ? null
            : $"invalid value '{value}': the only accepted ascii characters are alphanumerics or ., -, _, and ~";
}

/// <summary>A tag: printable characters but <c>,</c> and <c>/</c>.</summary>
public sealed class TagAttribute : RuleAttribute
{
    public override string? Refuse(string value) =>
        value.All(c => c is >= ' ' and not (',' or '/' or '\u007F'))
            ? null
            : $"invalid tag '{value}': expected printable ascii (except `,` and `/`) or valid utf-8 sequences";
}

/// <summary>An HTTP method: upper-case letters.</summary>
public sealed class HttpMethodAttribute : RuleAttribute
{
    public override string? Refuse(string value) => value.All(char.IsAsciiLetterUpper) ? null : $"invalid value: {value}; a method is written in upper-case letters";
}

/// <summary>The name of a header field: letters, digits, <c>-</c> and <c>_</c>.</summary>
public sealed class HeaderNameAttribute : RuleAttribute
{
    public override string? Refuse(string value) =>
        value.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            ? null
            : $"bad header name '{value}', allowed characters are A-Z, a-z, 0-9, '_', and '-'";
}

/// <summary>What stands in a header field: no line breaks and no other control characters, which no HTTP message can carry.</summary>
public sealed class HeaderValueAttribute : RuleAttribute
{
    public override string? Refuse(string value) => Refusal(value);

    internal static string? Refusal(string value) =>
        value.All(c => c is '\t' || !char.IsControl(c)) ? null : "must not contain line breaks or other control characters: it is sent in a header field";
}

/// <summary>The name of a header field that routes may match; Host has its own field.</summary>
public sealed class RouteHeaderNameAttribute : RuleAttribute
{
    public override string? Refuse(string value) =>
        string.Equals(value, "host", StringComparison.OrdinalIgnoreCase)
            ? "cannot contain 'host' header, which must be specified in the 'hosts' attribute"
            : new HeaderNameAttribute().Refuse(value);
}

/// <summary>The name of a cookie: a token of RFC 9110.</summary>
public sealed class CookieNameAttribute : RuleAttribute
{
    public override string? Refuse(string value) =>
        value.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal)) ? null : $"bad cookie name '{value}'";
}

/// <summary>The prefix by which references name a vault.</summary>
public sealed class VaultPrefixAttribute : RuleAttribute
{
    public override string? Refuse(string value)
    {
        if (value is "env" or "aws" or "gcp" or "hcv" or "azure" or "conjur" or "konnect")
            return $"must not be the name of a kind of vault ('{value}')";
        return value.Length >= 2 && char.IsAsciiLetterLower(value[0]) && value[^1] != '-' && value.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')
            ? null
            : $"invalid value '{value}': a prefix is made of lower-case letters, digits and dashes, and begins with a letter";
    }
}

/// <summary>A URI with scheme and host and without a fragment, to which an OAuth 2.0 client's users may be sent.</summary>
public sealed class RedirectUriAttribute : RuleAttribute
{
    public override string? Refuse(string value)
    {
        if (value.Contains('#', StringComparison.Ordinal)) return $"fragment not allowed in '{value}'";
        var scheme = value.IndexOf("://", StringComparison.Ordinal);
        var isUri = scheme > 0 && value.Length > scheme + 3 && value[scheme + 3] is not ('/' or '?') && value[..scheme].All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.');
        return isUri && HeaderValueAttribute.Refusal(value) is null ? null : $"cannot parse '{value}'";
    }
}
