using System.Text;

namespace Sluice.Gateway.Plugins.LdapAuth;

/// <summary>Writes the values of distinguished names (RFC 4514, 2.4), so that a user name cannot reach into the rest of the name.</summary>
internal static class DistinguishedName
{
    public static string Escape(string value)
    {
        var text = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            if (c is '\0') text.Append("\\00");
            else if (c is '"' or '+' or ',' or ';' or '<' or '>' or '\\' or '=' || (c is '#' or ' ' && i == 0) || (c is ' ' && i == value.Length - 1)) text.Append('\\').Append(c);
            else text.Append(c);
        }

        return text.ToString();
    }
}
