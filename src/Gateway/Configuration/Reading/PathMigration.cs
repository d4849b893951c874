using System.Globalization;
using System.Text;
using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;

namespace Sluice.Gateway.Configuration.Reading;

/// <summary>
/// Paths of routes in formats before 3.0, where a regular expression was told by its characters and prefixes were written percent-encoded.
/// </summary>
internal static class PathMigration
{
    private const string Reserved = "!#$%&'()*+,/:;=?@[]";
    private const string RegexMeta = ".^-{}\\|";

    public static MapNode Migrate(MapNode route)
    {
        if (route["paths"] is not ListNode paths)
            return route;
        var migrated = new ListNode(paths.Place, [.. paths.Items.Select(p => p is ScalarNode { Kind: ScalarKind.String } s ? new ScalarNode(s.Place, s.Kind, Migrate(s.Text)) : p)]);
        return new MapNode(route.Place, [.. route.Entries.Select(e => e.Value == paths ? e with { Value = migrated } : e)]);
    }

    /// <summary>The path in the form of 3.0: normalised, or with <c>~</c> before it.</summary>
    public static string Migrate(string path) =>
        path.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '~' or '/' or '%')
            ? NormalizedPath.Of(path)
            : "~" + Decode(path);

    private static string Decode(string pattern)
    {
        if (!pattern.Contains('%', StringComparison.Ordinal))
            return pattern;
        var bytes = Encoding.UTF8.GetBytes(pattern);
        var result = new List<byte>(bytes.Length);
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] != '%' || i + 2 >= bytes.Length
                || !byte.TryParse(bytes.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var decoded))
            {
                result.Add(bytes[i]);
                continue;
            }
            if (decoded < 0x80 && Reserved.Contains((char)decoded, StringComparison.Ordinal))
                result.AddRange([(byte)'%', (byte)char.ToUpperInvariant((char)bytes[i + 1]), (byte)char.ToUpperInvariant((char)bytes[i + 2])]);
            else if (decoded < 0x80 && RegexMeta.Contains((char)decoded, StringComparison.Ordinal))
                result.AddRange([(byte)'\\', decoded]);
            else
                result.Add(decoded);
            i += 2;
        }
        return Encoding.UTF8.GetString([.. result]);
    }
}
