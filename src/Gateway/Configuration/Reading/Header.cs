using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;

namespace Sluice.Gateway.Configuration.Reading;

/// <summary>The fields of a document that are no lists.</summary>
internal sealed class Header(List<Problem> problems)
{
    private static readonly string[] Versions = ["1.1", "2.1", "3.0"];

    private readonly Dictionary<string, ScalarNode> _given = new(StringComparer.Ordinal);

    public string Version => _given.GetValueOrDefault("_format_version")?.Text ?? "3.0";

    public bool Transform => _given.GetValueOrDefault("_transform")?.Boolean ?? true;

    public string ErrorFormat => _given.GetValueOrDefault("error_format")?.Text ?? "kong";

    public static bool Has(string name) => name is "_format_version" or "_transform" or "_comment" or "_ignore" or "error_format";

    /// <summary>Takes a field in; a field that two files give must be the same in both.</summary>
    public void Add(MapEntry entry)
    {
        if (entry.Value.IsNull)
            return;
        var expected = entry.Name switch
        {
            "_ignore" => entry.Value is ListNode ? null : "expected a list",
            "_transform" => entry.Value is ScalarNode { Kind: ScalarKind.Boolean } ? null : "expected a boolean",
            _ => entry.Value is ScalarNode { Kind: ScalarKind.String } ? null : "expected a string",
        };
        if (expected is not null)
        {
            Report(entry, $"{expected}, not {entry.Value.Describe()}{(expected.EndsWith("string", StringComparison.Ordinal) ? "; put it in quotes" : "")}");
            return;
        }
        if (entry.Value is not ScalarNode scalar || entry.Name == "_comment")
            return;
        var allowed = entry.Name == "_format_version" ? Versions : entry.Name == "error_format" ? ["kong", "sluice"] : null;
        if (allowed is not null && !allowed.Contains(scalar.Text, StringComparer.Ordinal))
            Report(entry, $"expected one of: {string.Join(", ", allowed)}; not '{scalar.Text}'");
        else if (!_given.TryAdd(entry.Name, scalar) && !string.Equals(_given[entry.Name].Text, scalar.Text, StringComparison.Ordinal))
            Report(entry, $"is '{scalar.Text}' here and '{_given[entry.Name].Text}' in {_given[entry.Name].Place}");
    }

    public void RequireVersion(Place place)
    {
        if (!_given.ContainsKey("_format_version") && !problems.Exists(p => p.Field == "_format_version"))
            problems.Add(new Problem(place, "document", "_format_version", "required field missing; it says which form the file is in: _format_version: \"3.0\""));
    }

    private void Report(MapEntry entry, string message) => problems.Add(new Problem(entry.Value.Place, "document", entry.Name, message));
}
