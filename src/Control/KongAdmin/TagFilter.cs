namespace Sluice.Control.KongAdmin;

/// <summary><c>tags=a,b</c> (all of them) or <c>tags=a/b</c> (any of them).</summary>
internal readonly record struct TagFilter(IReadOnlyList<string> Tags, bool All)
{
    /// <returns>False when the two forms are mixed, or a tag is empty.</returns>
    public static bool TryParse(string? text, out TagFilter filter)
    {
        filter = new TagFilter([], All: true);
        if (text is null)
            return true;
        var all = !text.Contains('/', StringComparison.Ordinal);
        if (!all && text.Contains(',', StringComparison.Ordinal))
            return false;
        var tags = text.Split(all ? ',' : '/');
        // One separator may end the list.
        if (tags is [.., "", _] or [""] || tags.SkipLast(1).Contains(""))
            return false;
        filter = new TagFilter([.. tags.Where(t => t.Length > 0)], all);
        return true;
    }

    public bool Matches(IReadOnlyList<string> tags)
    {
        if (Tags.Count == 0)
            return true;
        return All ? Tags.All(t => tags.Contains(t, StringComparer.Ordinal)) : Tags.Any(t => tags.Contains(t, StringComparer.Ordinal));
    }
}
