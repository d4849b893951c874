using System.Globalization;
using Sluice.Gateway.Plugins.Transforming;

namespace Sluice.Gateway.Plugins.ResponseTransformer;

/// <summary>Changes the top-level fields of a JSON body.</summary>
internal sealed class BodyTransform
{
    private readonly string[] remove;
    private readonly NameValue[] rename;
    private readonly Setting[] replace;
    private readonly Setting[] add;
    private readonly Setting[] append;

    public BodyTransform(ResponseTransformerConfig config)
    {
        remove = [.. config.Remove.Json.Select(j => NameValue.Parse(j).Name)];
        rename = [.. NameValue.ParseAll(config.Rename.Json).Where(r => r.Value.Length > 0)];
        replace = Settings(config.Replace);
        add = Settings(config.Add);
        append = Settings(config.Append);
    }

    /// <summary>Nothing is to be changed.</summary>
    public bool IsEmpty => remove.Length + rename.Length + replace.Length + add.Length + append.Length == 0;

    /// <summary>Whether a Content-Type names JSON: <c>application/json</c>, with or without parameters, alone or in a list.</summary>
    public static bool IsJson(string? contentType)
    {
        if (contentType is null) return false;
        foreach (var part in contentType.AsSpan().Split(','))
        {
            var type = contentType.AsSpan(part);
            var end = type.IndexOf(';');
            if ((end < 0 ? type : type[..end]).Trim().Equals("application/json", StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }

    /// <summary>The body changed, or as it came where it is not a JSON object.</summary>
    public ReadOnlyMemory<byte> Apply(ReadOnlyMemory<byte> body)
    {
        if (body.IsEmpty) return body;
        using var fields = JsonFields.Read(body);
        if (fields is null) return body;
        foreach (var name in remove) fields.Remove(name);
        foreach (var (name, to) in rename) fields.Rename(name, to);
        foreach (var (name, value) in replace)
            if (fields.Counts(name)) fields.Set(name, value);
        foreach (var (name, value) in add)
            if (!fields.Counts(name)) fields.Set(name, value);
        foreach (var (name, value) in append) fields.Append(name, value);
        return fields.Write();
    }

    // A value that is no number where a number is wanted does nothing, as in Kong. An empty one is the text "null" there.
    private static Setting[] Settings(ResponseValues values)
    {
        var settings = new List<Setting>();
        for (var i = 0; i < values.Json.Count; i++)
        {
            var (name, text) = NameValue.Parse(values.Json[i]);
            if (Cast(text.Length > 0 ? text : "null", i < (values.JsonTypes?.Count ?? 0) ? values.JsonTypes![i] : null) is { } value)
                settings.Add(new Setting(name, value));
        }

        return [.. settings];
    }

    private static object? Cast(string text, string? type) => type switch
    {
        "number" => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null,
        "boolean" => text == "true",
        _ => text,
    };

    private readonly record struct Setting(string Name, object Value);
}
