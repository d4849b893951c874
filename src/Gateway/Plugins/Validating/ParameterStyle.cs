using System.Text.Json.Nodes;

namespace Sluice.Gateway.Plugins.Validating;

/// <summary>How OpenAPI writes arrays and objects as the text of a parameter; the names are those of its documents.</summary>
internal enum ParameterStyle { Simple, Label, Matrix, Form, SpaceDelimited, PipeDelimited, DeepObject }

/// <summary>Reads what a parameter's text says (RFC 6570's forms as OpenAPI 3 uses them).</summary>
/// <param name="Name">The name of the parameter.</param>
/// <param name="Style">How it is written.</param>
/// <param name="Explode">Whether each element or member is written as a parameter of its own.</param>
/// <param name="Shape">What it is read as.</param>
internal sealed record ParameterStyleReader(string Name, ParameterStyle Style, bool Explode, ParameterShape Shape)
{
    private const int MaxParts = 1000;

    /// <summary>What a style is called in a document; null when it is none.</summary>
    public static ParameterStyle? StyleOf(string name) => name switch
    {
        "simple" => ParameterStyle.Simple,
        "label" => ParameterStyle.Label,
        "matrix" => ParameterStyle.Matrix,
        "form" => ParameterStyle.Form,
        "spaceDelimited" => ParameterStyle.SpaceDelimited,
        "pipeDelimited" => ParameterStyle.PipeDelimited,
        "deepObject" => ParameterStyle.DeepObject,
        _ => null,
    };

    /// <summary>Of a path or a header: one text, still encoded where <paramref name="decode"/> undoes that.</summary>
    public JsonNode? Read(string written, Func<string, string> decode)
    {
        var text = written;
        if (Style == ParameterStyle.Label && text.StartsWith('.')) text = text[1..];
        if (Style == ParameterStyle.Matrix && text.StartsWith(';')) text = text[1..];
        var named = Style == ParameterStyle.Matrix && !(Explode && Shape.IsObject);
        if (Shape.IsArray || Shape.IsObject)
        {
            var separator = Explode ? Style switch { ParameterStyle.Label => '.', ParameterStyle.Matrix => ';', _ => ',' } : ',';
            if (named && !Explode) text = WithoutName(text);
            var parts = text.Length == 0 ? [] : text.Split(separator, MaxParts);
            if (named && Explode) parts = [.. parts.Select(WithoutName)];
            return Build([.. parts.Select(p => p.Trim())], decode);
        }

        return Shape.Scalar(decode(named ? WithoutName(text) : text));
    }

    /// <summary>Of a query or cookies, whose parts are taken apart at their separators; false when it is not there.</summary>
    public bool TryRead(ParameterList all, out JsonNode? value)
    {
        value = null;
        if (Style == ParameterStyle.DeepObject) return TryReadDeep(all, out value);
        if (Shape.IsObject && Explode && Style == ParameterStyle.Form) return TryReadMembers(all, out value);
        var written = all.Of(Name);
        if (written.Count == 0) return false;
        if (Shape.IsArray && Explode)
        {
            value = new JsonArray([.. written.Take(MaxParts).Select(w => Shape.Items.Scalar(ParameterList.Decode(w)))]);
            return true;
        }

        if (!Shape.IsArray && !Shape.IsObject)
        {
            value = Shape.Scalar(ParameterList.Decode(written[^1]));
            return true;
        }

        string[] separators = Style switch { ParameterStyle.SpaceDelimited => ["%20", "+", " "], ParameterStyle.PipeDelimited => ["|", "%7C", "%7c"], _ => [","] };
        value = Build(written[^1].Length == 0 ? [] : written[^1].Split(separators, MaxParts, StringSplitOptions.None), ParameterList.Decode);
        return true;
    }

    private static string WithoutName(string part)
    {
        var equals = part.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? "" : part[(equals + 1)..];
    }

    private JsonNode Build(string[] parts, Func<string, string> decode)
    {
        if (Shape.IsArray) return new JsonArray([.. parts.Select(p => Shape.Items.Scalar(decode(p)))]);
        var map = new JsonObject();
        if (Explode)
        {
            foreach (var part in parts)
            {
                var equals = part.IndexOf('=', StringComparison.Ordinal);
                var name = decode(equals < 0 ? part : part[..equals]);
                map[name] = Shape.Member(name).Scalar(equals < 0 ? "" : decode(part[(equals + 1)..]));
            }
        }
        else
        {
            for (var i = 0; i < parts.Length; i += 2)
            {
                var name = decode(parts[i]);
                map[name] = Shape.Member(name).Scalar(i + 1 < parts.Length ? decode(parts[i + 1]) : "");
            }
        }

        return map;
    }

    private bool TryReadMembers(ParameterList all, out JsonNode? value)
    {
        var map = new JsonObject();
        foreach (var name in Shape.MemberNames)
            if (all.Of(name) is { Count: > 0 } written) map[name] = Value(Shape.Member(name), written);
        value = map;
        return map.Count > 0;
    }

    /// <summary><c>filter[name]=x</c>.</summary>
    private bool TryReadDeep(ParameterList all, out JsonNode? value)
    {
        var map = new JsonObject();
        foreach (var (name, _) in all.All)
        {
            if (name.Length <= Name.Length + 2 || !name.StartsWith(Name, StringComparison.Ordinal) || name[Name.Length] != '[' || name[^1] != ']') continue;
            var member = name[(Name.Length + 1)..^1];
            map[member] = Value(Shape.Member(member), all.Of(name));
        }

        value = map;
        return map.Count > 0;
    }

    private static JsonNode? Value(ParameterShape shape, IReadOnlyList<string> written) =>
        shape.IsArray ? new JsonArray([.. written.Take(MaxParts).Select(w => shape.Items.Scalar(ParameterList.Decode(w)))]) : shape.Scalar(ParameterList.Decode(written[^1]));
}
