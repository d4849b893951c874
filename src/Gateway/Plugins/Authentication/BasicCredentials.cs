using System.Text;

namespace Sluice.Gateway.Plugins.Authentication;

/// <summary>The name and the password of an <c>Authorization: Basic</c> field (RFC 7617), found as Kong finds them.</summary>
/// <param name="Username">Read as UTF-8; at least one character.</param>
/// <param name="Password">As it came; may be empty.</param>
internal readonly record struct BasicCredentials(string Username, byte[] Password)
{
    /// <summary>Reads a field's value; null when it holds no such thing. <c>Basic</c> or <c>basic</c> may stand anywhere in it, as in Kong.</summary>
    public static BasicCredentials? Read(string? value) => AfterScheme(value) is { } text && NginxBase64.Decode(text) is { } bytes ? Split(bytes) : null;

    private static string? AfterScheme(string? value)
    {
        const string scheme = "asic";
        if (string.IsNullOrEmpty(value)) return null;
        for (var at = value.IndexOf(scheme, 1, StringComparison.Ordinal); at > 0; at = value.IndexOf(scheme, at + 1, StringComparison.Ordinal))
            if (value[at - 1] is 'B' or 'b' && value.Length > at + scheme.Length)
                return value[(at + scheme.Length)..].TrimStart();
        return null;
    }

    /// <summary>The first text that has a colon behind it is the name; the password ends with the line.</summary>
    private static BasicCredentials? Split(ReadOnlySpan<byte> text)
    {
        text = text.TrimStart((byte)':');
        var colon = text.IndexOf((byte)':');
        if (colon < 0) return null;
        var password = text[(colon + 1)..];
        var end = password.IndexOf((byte)'\n');
        return new BasicCredentials(Encoding.UTF8.GetString(text[..colon]), (end < 0 ? password : password[..end]).ToArray());
    }
}
