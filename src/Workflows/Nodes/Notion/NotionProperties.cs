using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Connectors;

namespace Sluice.Workflows.Nodes.Notion;

/// <summary>Properties of pages: between the API's nested objects and plain fields.</summary>
internal static class NotionProperties
{
    /// <summary>The properties of a page that is made or changed.</summary>
    public static JsObject Of(NotionParameters p, ApiRequest call)
    {
        var properties = (call.Json(p.Properties, "properties").AsObject ?? new JsObject()).Clone();
        if (call.IsGiven(p.Title)) properties.Set("title", new JsObject { ["title"] = RichText(call.Text(p.Title)) });
        foreach (var given in call.Object(p.PropertiesUi)["propertyValues"].AsArray ?? [])
        {
            if (given.AsObject is not { } entry) continue;
            var (name, type) = Key(entry);
            if (type is "url" && entry["ignoreIfEmpty"].IsTrue && entry["urlValue"].AsString is "" or null) continue;
            properties.Set(name, new JsObject { [type] = Value(call, type, entry) });
        }

        return properties;
    }

    /// <summary>The filter of a query; undefined for none.</summary>
    public static JsValue Filter(NotionParameters p, ApiRequest call)
    {
        if (p.FilterType is "json") return call.Json(p.FilterJson, "filterJson");
        if (p.FilterType is "none" || call.Object(p.Filters)["conditions"].AsArray is not { Count: > 0 } conditions) return default;
        return new JsObject { [p.MatchType is "allFilters" ? "and" : "or"] = new JsArray([.. conditions.Select(c => c.AsObject is { } condition ? Condition(condition) : c)]) };
    }

    /// <summary>Plain text as the API has texts.</summary>
    public static JsArray RichText(string text) => new([new JsObject { ["type"] = "text", ["text"] = new JsObject { ["content"] = text } }]);

    /// <summary>A block as the API has it.</summary>
    public static JsValue Block(JsValue given)
    {
        var entry = given.AsObject ?? new JsObject();
        var type = entry["type"].AsString is { Length: > 0 } said ? said : "paragraph";
        var text = entry["textContent"] is { IsUndefined: false } plain ? plain : entry["text"].AsObject?["text"].AsArray is [var first, ..] ? first.AsObject?["text"] ?? default : default;
        var content = new JsObject { ["rich_text"] = RichText(ParameterValues.ToText(text)) };
        if (type is "to_do") content.Set("checked", entry["checked"].IsTrue);
        return new JsObject { ["object"] = "block", ["type"] = type, [type] = content };
    }

    /// <summary>A page as plain fields: <c>property_status</c> for the property "Status".</summary>
    public static JsValue Simple(JsValue page)
    {
        if (page.AsObject is not { } map || map["properties"].AsObject is not { } properties) return page;
        var simple = new JsObject { ["id"] = map["id"], ["name"] = "", ["url"] = map["url"] };
        foreach (var (name, property) in properties)
        {
            if (property.AsObject is not { } holder) continue;
            var type = holder["type"].AsString ?? "";
            var value = Plain(type, holder[type]);
            if (type is "title") simple.Set("name", value);
            else simple.Set("property_" + Name(name), value);
        }

        return simple;
    }

    private static (string Name, string Type) Key(JsObject entry)
    {
        // "Due date|date", as editors write it.
        var parts = ParameterValues.ToText(entry["key"]).Split('|');
        var type = parts.Length > 1 ? parts[^1] : entry["type"].AsString ?? "";
        if (parts[0].Length == 0 || type.Length == 0) throw new NodeException("propertiesUi: a key is the property's name and type, such as 'Status|select'") { Retryable = false };
        return (parts[0], type);
    }

    private static JsValue Value(ApiRequest call, string type, JsObject entry)
    {
        switch (type)
        {
            case "title":
                return RichText(ParameterValues.ToText(entry["title"]));
            case "rich_text":
                return RichText(ParameterValues.ToText(entry["textContent"]));
            case "number":
                return entry["numberValue"] is { IsString: true } text ? ParameterValues.ToNumber(text) : entry["numberValue"];
            case "checkbox":
                return ParameterValues.ToBoolean(entry["checkboxValue"]);
            case "select" or "status":
                var chosen = entry[$"{type}Value"];
                return chosen.AsString is "" || chosen.IsNullish ? JsValue.Null : new JsObject { ["name"] = chosen };
            case "multi_select":
                return Each(entry["multiSelectValue"], "name");
            case "people":
                return new JsArray([.. Each(entry["peopleValue"], "id").AsArray!.Select(e => (JsValue)new JsObject { ["object"] = "user", ["id"] = e.AsObject!["id"] })]);
            case "relation":
                return Each(entry["relationValue"], "id");
            case "date":
                return Date(entry);
            case "url" or "email":
                return entry[$"{type}Value"];
            case "phone_number":
                return entry["phoneValue"];
            default:
                call.Refuse("propertiesUi", $"properties of the type '{type}' cannot be written");
                return default;
        }
    }

    private static JsValue Each(JsValue given, string name) =>
        new JsArray([.. (NamedValues.Each(given, name).AsArray ?? []).Select(v => (JsValue)new JsObject { [name] = v })]);

    private static JsValue Date(JsObject entry)
    {
        var withTime = !entry["includeTime"].IsFalse;
        var date = new JsObject { ["start"] = Part(entry["range"].IsTrue ? entry["dateStart"] : entry["date"]) };
        if (entry["range"].IsTrue) date.Set("end", Part(entry["dateEnd"]));
        if (entry["timezone"].AsString is { Length: > 0 } zone and not "default") date.Set("time_zone", zone);
        return date;

        JsValue Part(JsValue given) => ParameterValues.ToText(given) is var text && !withTime && text.Length > 10 ? text[..10] : text;
    }

    private static JsValue Condition(JsObject entry)
    {
        var (name, type) = Key(entry);
        var condition = entry["condition"].AsString ?? "equals";
        var value = condition is "is_empty" or "is_not_empty" ? JsValue.True : entry.FirstOrDefault(f => f.Key.EndsWith("Value", StringComparison.Ordinal) || f.Key is "date").Value;
        return new JsObject { ["property"] = name, [type] = new JsObject { [condition] = value } };
    }

    private static JsValue Plain(string type, JsValue value) => type switch
    {
        "title" or "rich_text" => string.Concat((value.AsArray ?? []).Select(t => ParameterValues.ToText(t.AsObject?["plain_text"] ?? default))),
        "select" or "status" => value.AsObject?["name"] ?? JsValue.Null,
        "multi_select" => NamedValues.Each(value, "name") is { IsUndefined: false } names ? names : new JsArray(),
        "people" or "relation" => NamedValues.Each(value, "id") is { IsUndefined: false } ids ? ids : new JsArray(),
        "formula" or "rollup" => value.AsObject is { } inner && inner["type"].AsString is { } kind ? inner[kind] : value,
        "created_by" or "last_edited_by" => value.AsObject?["id"] ?? JsValue.Null,
        _ => value,
    };

    private static string Name(string name) => string.Concat(name.Select(c => char.IsLetterOrDigit(c) ? char.ToLowerInvariant(c) : '_'));
}
