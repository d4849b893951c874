using System.Text;

namespace Sluice.Control.ConfigApi.Objects;

/// <summary>
/// The <c>path</c> of a route in one word: <c>/users/*</c> is everything below <c>/users/</c>, <c>/users</c> that path alone, <c>/users/{id}</c> or
/// <c>/users/:id</c> one more segment; <c>~/regex</c> stays what it is in <c>paths</c>.
/// </summary>
internal static class RoutePathText
{
    private const string Special = @"\.$^{[(|)*+?";
    private const string Segment = "[^/]+)";

    /// <summary>The element of <c>paths</c>, or what is wrong.</summary>
    public static (string? Path, string? Problem) Parse(string text)
    {
        if (text.StartsWith("~/", StringComparison.Ordinal))
            return (text, null);
        if (!text.StartsWith('/'))
            return (null, "starts with '/', or with '~/' when it is a regular expression");
        var open = text.EndsWith('*');
        var path = open ? text[..^1] : text;
        if (path.Contains('*', StringComparison.Ordinal))
            return (null, "'*' stands for the rest of the path and only at its end");
        var regex = new StringBuilder("~");
        var parameters = 0;
        foreach (var segment in path.Split('/').Skip(1))
        {
            regex.Append('/');
            if (ParameterOf(segment) is { } name)
            {
                regex.Append("(?<").Append(name).Append('>').Append(Segment);
                parameters++;
            }
            else if (segment.AsSpan().IndexOfAny('{', '}') >= 0)
                return (null, $"'{segment}': a parameter is a whole segment, a name of letters, digits and '_' in braces: {{id}}");
            else
                foreach (var c in segment)
                    (Special.Contains(c, StringComparison.Ordinal) ? regex.Append('\\') : regex).Append(c);
        }
        return open && parameters == 0 ? (path, null) : (regex + (open ? "" : "$"), null);
    }

    /// <summary>The one word for an element of <c>paths</c>.</summary>
    public static string Show(string path)
    {
        var text = path.StartsWith('~') ? Plain(path) : path + "*";
        return text is not null && Parse(text).Path == path ? text : path;
    }

    private static string? ParameterOf(string segment)
    {
        var name = segment switch
        {
            ['{', .. var inner, '}'] => inner,
            [':', .. var rest] => rest,
            _ => "",
        };
        return name.Length is > 0 and <= 32 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') ? name : null;
    }

    private static string? Plain(string regex)
    {
        var text = new StringBuilder();
        var closed = regex.EndsWith('$');
        var i = 1;
        var end = closed ? regex.Length - 1 : regex.Length;
        while (i < end)
        {
            if (regex.AsSpan(i).StartsWith("(?<") && regex.IndexOf('>', i) is > 0 and var close && regex.AsSpan(close + 1).StartsWith(Segment))
            {
                text.Append('{').Append(regex, i + 3, close - i - 3).Append('}');
                i = close + 1 + Segment.Length;
                continue;
            }
            if (regex[i] == '\\')
                i++;
            if (i < end)
                text.Append(regex[i++]);
        }
        return closed ? text.ToString() : text.Append('*').ToString();
    }
}
