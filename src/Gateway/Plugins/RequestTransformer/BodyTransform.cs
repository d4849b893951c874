using System.Text;
using Sluice.Gateway.Plugins.Bodies;
using Sluice.Gateway.Plugins.Transforming;

namespace Sluice.Gateway.Plugins.RequestTransformer;

/// <summary>What a body is, as far as the transformer can change it.</summary>
internal enum BodyKind { Other, Json, Form, Multipart }

/// <summary>Changes the fields of a JSON object or a form.</summary>
internal static class BodyTransform
{
    public static BodyKind KindOf(string? contentType)
    {
        if (contentType is null) return BodyKind.Other;
        if (Names("application/json")) return BodyKind.Json;
        if (Names("multipart/form-data")) return BodyKind.Multipart;
        return Names("application/x-www-form-urlencoded") ? BodyKind.Form : BodyKind.Other;

        bool Names(string type) => contentType.Contains(type, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The new body; null when it stays as it is, because nothing was to be changed or it cannot be read.</summary>
    public static byte[]? Apply(BodyKind kind, string contentType, byte[] body, Settings settings, Rendered values)
    {
        switch (kind)
        {
            case BodyKind.Json:
                using (var fields = JsonFields.Read(body))
                    return fields is not null && Change(fields, body.Length == 0, settings, values) ? fields.Write() : null;
            case BodyKind.Form:
                var arguments = Arguments.Parse(Encoding.UTF8.GetString(body));
                return QueryTransform.Apply(arguments, settings, values) ? Encoding.UTF8.GetBytes(arguments.Write(sorted: false)) : null;
            case BodyKind.Multipart:
                return MultipartForm.Read(body, contentType) is { } form && Change(form, settings, values) ? form.Write() : null;
            default:
                return null;
        }
    }

    private static bool Change(JsonFields fields, bool empty, Settings settings, Rendered values)
    {
        var changed = !empty && settings.Remove.Length + settings.Rename.Length > 0;
        foreach (var name in settings.Remove) fields.Remove(name);
        foreach (var (name, _) in settings.Rename)
            if (values.Next() is { Length: > 0 } to) fields.Rename(name, to);
        foreach (var (name, _) in settings.Replace)
        {
            var value = values.Next();
            if (!fields.Counts(name)) continue;
            changed = true;
            if (value is null) fields.Remove(name);
            else fields.Set(name, value);
        }

        foreach (var (name, _) in settings.Add)
        {
            if (values.Next() is not { } value || fields.Counts(name)) continue;
            changed = true;
            fields.Set(name, value);
        }

        foreach (var (name, _) in settings.Append)
        {
            if (values.Next() is not { } value) continue;
            changed = true;
            fields.Append(name, value);
        }

        return changed;
    }

    // A form in parts cannot be appended to, as in Kong.
    private static bool Change(MultipartForm form, Settings settings, Rendered values)
    {
        var changed = false;
        var renames = new (string Name, string? To)[settings.Rename.Length];
        for (var i = 0; i < renames.Length; i++) renames[i] = (settings.Rename[i].Name, values.Next());
        foreach (var (name, to) in renames) changed |= !string.IsNullOrEmpty(to) && form.Rename(name, to);
        foreach (var name in settings.Remove) changed |= form.Remove(name);
        foreach (var (name, _) in settings.Replace)
        {
            if (values.Next() is not { } value || !form.Remove(name)) continue;
            changed = true;
            form.Add(name, value);
        }

        foreach (var (name, _) in settings.Add)
        {
            if (values.Next() is not { } value || form.Has(name)) continue;
            changed = true;
            form.Add(name, value);
        }

        return changed;
    }
}
