using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Plugins.Transforming;

namespace Sluice.Gateway.Plugins.ResponseTransformer;

/// <summary>
/// Changes response header fields. As in Kong, each step looks at the fields as they were before the first: what was removed still counts as
/// there, and a new name is not seen by what comes after the renaming.
/// </summary>
internal sealed class HeaderTransform
{
    // Used up before the method returns, so that one per thread is enough.
    [ThreadStatic]
    private static StringValues[]? before;

    private readonly string[] remove;
    private readonly NameValue[] rename;
    private readonly NameValue[] replace;
    private readonly NameValue[] add;
    private readonly NameValue[] append;

    public HeaderTransform(ResponseTransformerConfig config)
    {
        remove = [.. config.Remove.Headers.Select(h => NameValue.Parse(h).Name)];
        rename = Parse(config.Rename.Headers);
        replace = Parse(config.Replace.Headers);
        add = Parse(config.Add.Headers);
        append = Parse(config.Append.Headers);
    }

    public void Apply(IHeaderDictionary headers)
    {
        var looked = Look(headers);
        foreach (var name in remove) headers.Remove(name);
        var i = 0;
        foreach (var (name, to) in rename)
        {
            var value = looked[i++];
            if (value.Count == 0) continue;
            headers[to] = value;
            headers.Remove(name);
        }

        foreach (var (name, value) in replace)
            if (looked[i++].Count > 0) headers[name] = value;
        foreach (var (name, value) in add)
            if (looked[i++].Count == 0) headers[name] = value;
        foreach (var (name, value) in append) headers.Append(name, value);
        Array.Clear(looked, 0, i);
    }

    // Blanks around a field's value mean nothing in HTTP. An entry without a value does nothing.
    private static NameValue[] Parse(IReadOnlyList<string> entries) =>
        [.. entries.Select(NameValue.Parse).Select(e => e with { Value = FieldText.Of(e.Value.Trim()) }).Where(e => e.Value.Length > 0)];

    private StringValues[] Look(IHeaderDictionary headers)
    {
        var count = rename.Length + replace.Length + add.Length;
        var looked = before;
        if (looked is null || looked.Length < count) before = looked = new StringValues[Math.Max(count, 16)];
        var i = 0;
        foreach (var entry in rename) looked[i++] = headers[entry.Name];
        foreach (var entry in replace) looked[i++] = headers[entry.Name];
        foreach (var entry in add) looked[i++] = headers[entry.Name];
        return looked;
    }
}
