namespace Sluice.Host.Commands;

/// <summary>Rows of text in columns as wide as their widest cell; columns that are empty in every row are left out.</summary>
internal sealed class TextTable(params IReadOnlyList<string> headings)
{
    private readonly List<IReadOnlyList<string>> rows = [];

    public void Add(params IReadOnlyList<string> cells) => rows.Add(cells);

    public void Write(TextWriter output)
    {
        var columns = Enumerable.Range(0, headings.Count).Where(c => rows.Exists(r => r[c].Length > 0)).ToList();
        var widths = columns.ToDictionary(c => c, c => Math.Max(headings[c].Length, rows.Max(r => r[c].Length)));
        foreach (var row in (IEnumerable<IReadOnlyList<string>>)[headings, .. rows])
            output.WriteLine(string.Join("  ", columns.Select(c => row[c].PadRight(widths[c]))).TrimEnd());
    }
}
