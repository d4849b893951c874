namespace Sluice.Gateway.Routing.Expressions;

/// <summary>The segments of a normalised path: <c>/a/b</c> and <c>/a/b/</c> have two.</summary>
internal static class PathSegments
{
    public static int Count(ReadOnlySpan<char> path)
    {
        path = Trim(path);
        return path.IsEmpty ? 0 : path.Count('/') + 1;
    }

    /// <summary>The segments from one to another, slashes between them included; false when the path has fewer.</summary>
    public static bool TryGet(ReadOnlySpan<char> path, int from, int to, out ReadOnlySpan<char> segments)
    {
        var rest = Trim(path);
        segments = default;
        if (rest.IsEmpty) return false;
        for (var skipped = 0; skipped < from; skipped++)
        {
            var slash = rest.IndexOf('/');
            if (slash < 0) return false;
            rest = rest[(slash + 1)..];
        }

        var length = 0;
        for (var taken = from; taken <= to; taken++)
        {
            if (taken > from && length++ >= rest.Length) return false;
            var slash = rest[length..].IndexOf('/');
            length = slash < 0 ? rest.Length : length + slash;
        }

        segments = rest[..length];
        return true;
    }

    private static ReadOnlySpan<char> Trim(ReadOnlySpan<char> path)
    {
        path = path[1..];
        return path.EndsWith("/") ? path[..^1] : path;
    }
}
