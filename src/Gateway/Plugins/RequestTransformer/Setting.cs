using Sluice.Gateway.Plugins.Templates;
using Sluice.Gateway.Plugins.Transforming;

namespace Sluice.Gateway.Plugins.RequestTransformer;

/// <summary>An entry of the configuration with its template; null for an entry without a value.</summary>
internal sealed record Setting(string Name, Template? Value)
{
    public static Setting[] ParseAll(IReadOnlyList<string> entries, Action<string> reportBroken) =>
        [.. entries.Select(NameValue.Parse).Select(e => new Setting(e.Name, e.Value.Length == 0 ? null : Compile(e.Value, reportBroken)))];

    public static Template Compile(string source, Action<string> reportBroken)
    {
        var template = Template.Compile(source);
        if (template.Error is not null) reportBroken(template.Error);
        return template;
    }
}

/// <summary>What one part of the request (header, query, body) is changed by.</summary>
/// <param name="ForHeaders">Values stay as header fields have them, one byte to a char.</param>
internal sealed record Settings(string[] Remove, Setting[] Rename, Setting[] Replace, Setting[] Add, Setting[] Append, bool ForHeaders)
{
    // Without expressions the values are always the same.
    private readonly string?[]? literals = Array.TrueForAll((Setting[])[.. Rename, .. Replace, .. Add, .. Append], s => s.Value is null or { Literal: not null })
        ? [.. Rename.Concat(Replace).Concat(Add).Concat(Append).Select(s => s.Value?.Literal is { } literal ? ForHeaders ? literal : FieldText.Read(literal) : null)]
        : null;

    public bool IsEmpty => Remove.Length + Rename.Length + Replace.Length + Add.Length + Append.Length == 0;

    /// <summary>Renders every value, so that nothing has been changed when one of them fails.</summary>
    /// <param name="scope">The request.</param>
    /// <param name="values">The values in the order of the lists; null for entries without one.</param>
    /// <param name="error">Why there are none.</param>
    public bool TryRender(TemplateScope scope, out Rendered values, out string? error)
    {
        error = null;
        values = new Rendered(literals ?? new string?[Rename.Length + Replace.Length + Add.Length + Append.Length]);
        if (literals is not null) return true;
        var i = 0;
        foreach (var list in (Setting[][])[Rename, Replace, Add, Append])
        {
            foreach (var setting in list)
            {
                if (setting.Value is not null)
                {
                    if (!setting.Value.TryRender(scope, out var text, out error)) return false;
                    values.Set(i, Finish(text));
                }

                i++;
            }
        }

        return true;
    }

    private string Finish(string rendered) => ForHeaders ? rendered : FieldText.Read(rendered);
}

/// <summary>Rendered values, taken one after the other.</summary>
internal ref struct Rendered(string?[] values)
{
    private int next;

    public readonly void Set(int index, string value) => values[index] = value;

    public string? Next() => values[next++];
}
