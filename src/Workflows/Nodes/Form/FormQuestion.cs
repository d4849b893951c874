using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Form;

/// <summary>One thing that a form asks, with no expressions left in it.</summary>
internal sealed record FormQuestion
{
    private static readonly HashSet<string> Types = new(["text", "textarea", "number", "email", "password", "date", "dropdown", "checkbox", "radio", "file", "hiddenField", "html"], StringComparer.Ordinal);

    public string Label { get; init; } = "";

    /// <summary>What the item calls it.</summary>
    public string Name { get; init; } = "";

    public string Type { get; init; } = "text";

    public string Placeholder { get; init; } = "";

    /// <summary>What stands in it at first; what a hidden field holds.</summary>
    public string Value { get; init; } = "";

    public IReadOnlyList<string> Choices { get; init; } = [];

    public bool Several { get; init; }

    public string Accepts { get; init; } = "";

    public string Html { get; init; } = "";

    public string DateFormat { get; init; } = "";

    public bool Required { get; init; }

    public int Least { get; init; }

    public int Most { get; init; } = int.MaxValue;

    /// <summary>What a person calls it who is told about it.</summary>
    public string Title => Label.Length > 0 ? Label : Name;

    /// <param name="text">Gives what a parameter says.</param>
    public static FormQuestion Of(FormField field, Func<Parameter<string>, string> text)
    {
        var (label, name) = (text(field.FieldLabel), text(field.FieldName));
        var choices = field.FieldOptions.Values.Select(c => text(c.Option)).ToList();
        return new()
        {
            Label = label,
            Name = field.FieldType is "html" ? field.ElementName : name.Length > 0 ? name : label,
            Type = field.FieldType,
            Placeholder = text(field.Placeholder),
            Value = field.FieldType is "hiddenField" ? text(field.FieldValue) : text(field.DefaultValue),
            Choices = choices,
            Several = field.FieldType switch { "checkbox" => true, "dropdown" => field.Multiselect, "file" => field.MultipleFiles, _ => false },
            Accepts = text(field.AcceptFileTypes),
            Html = field.FieldType is "html" ? FormHtml.Clean(text(field.Html)) : "",
            DateFormat = field.FormatDate,
            Required = field.RequiredField,
            Least = field.LimitSelection switch { "exact" => field.NumberOfSelections, "range" => field.MinSelections, _ => 0 },
            Most = field.LimitSelection switch { "exact" => field.NumberOfSelections, "range" => field.MaxSelections, _ => int.MaxValue },
        };
    }

    /// <summary>A field of a form that is given as JSON, in n8n's names.</summary>
    /// <exception cref="NodeException">It is none.</exception>
    public static FormQuestion Read(JsValue field)
    {
        if (field.AsObject is not { } map) throw new NodeException("a field of the form is no object") { Retryable = false };
        string Text(string name) => map[name] is { IsUndefined: false, IsNull: false } given ? ParameterValues.ToText(given) : "";
        var type = Text("fieldType") is { Length: > 0 } said ? said : "text";
        if (!Types.Contains(type)) throw new NodeException($"the form has a field of the type '{type}', which there is none of") { Retryable = false };
        var (label, name) = (Text("fieldLabel"), Text("fieldName"));
        var limit = Text("limitSelection");
        int Count(string field, int absent) => map[field] is { IsNumber: true } number ? (int)Math.Clamp(number.AsNumber, 0, 1000) : absent;
        return new()
        {
            Label = label,
            Name = type is "html" ? Text("elementName") : name.Length > 0 ? name : label,
            Type = type,
            Placeholder = Text("placeholder"),
            Value = type is "hiddenField" ? Text("fieldValue") : Text("defaultValue"),
            Choices = [.. (map["fieldOptions"].AsObject?["values"].AsArray ?? map["fieldOptions"].AsArray ?? []).Select(c => c.AsObject is { } choice ? ParameterValues.ToText(choice["option"]) : ParameterValues.ToText(c))],
            Several = type switch { "checkbox" => true, "dropdown" => map["multiselect"].IsTrue, "file" => map["multipleFiles"] is { IsUndefined: true } or { IsTrue: true }, _ => false },
            Accepts = Text("acceptFileTypes"),
            Html = type is "html" ? FormHtml.Clean(Text("html")) : "",
            DateFormat = Text("formatDate"),
            Required = map["requiredField"].IsTrue,
            Least = limit switch { "exact" => Count("numberOfSelections", 1), "range" => Count("minSelections", 0), _ => 0 },
            Most = limit switch { "exact" => Count("numberOfSelections", 1), "range" => Count("maxSelections", 1), _ => int.MaxValue },
        };
    }
}
