using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Set;

/// <summary>Which fields items get, and which they keep.</summary>
[CamelCase]
internal sealed record SetParameters
{
    /// <summary>Whether fields are named one by one, or the whole object is given.</summary>
    [OneOf("manual", "raw")]
    public string Mode { get; init; } = "manual";

    /// <summary>The fields, one by one.</summary>
    public Assignments Assignments { get; init; } = new();

    /// <summary>The whole object, as JSON or as an object.</summary>
    public Parameter<JsValue> JsonOutput { get; init; } = new(default);

    /// <summary>Whether items keep their other fields.</summary>
    public bool IncludeOtherFields { get; init; }

    /// <summary>Which other fields they keep.</summary>
    [OneOf("all", "none", "selected", "except")]
    public string? Include { get; init; }

    /// <summary>The fields that they keep, separated by commas.</summary>
    public Parameter<string> IncludeFields { get; init; } = "";

    /// <summary>The fields that they do not keep, separated by commas.</summary>
    public Parameter<string> ExcludeFields { get; init; } = "";

    /// <summary>Whether each item is given several times in test runs, for trying things.</summary>
    public bool DuplicateItem { get; init; }

    /// <summary>How many times more.</summary>
    [Between(0, 10_000)]
    public int DuplicateCount { get; init; }

    /// <summary>More about fields.</summary>
    public SetOptions Options { get; init; } = new();
}

/// <summary>Fields, one by one.</summary>
[CamelCase]
internal sealed record Assignments
{
    /// <summary>The fields.</summary>
    [Field("assignments")]
    public IReadOnlyList<Assignment> All { get; init; } = [];
}

/// <summary>One field.</summary>
[CamelCase]
internal sealed record Assignment
{
    /// <summary>The editor's id of it.</summary>
    [AllowEmpty]
    public string Id { get; init; } = "";

    /// <summary>Its name; a dot leads into objects.</summary>
    public Parameter<string> Name { get; init; } = "";

    /// <summary>Its value.</summary>
    public Parameter<JsValue> Value { get; init; } = new(default);

    /// <summary>Its type, to which the value is converted.</summary>
    [OneOf("string", "number", "boolean", "array", "object", "dateTime", "binary", "any")]
    public string Type { get; init; } = "any";
}

/// <summary>More about fields.</summary>
[CamelCase]
internal sealed record SetOptions
{
    /// <summary>Whether a dot in a name leads into objects.</summary>
    public bool DotNotation { get; init; } = true;

    /// <summary>Whether a value that cannot be converted is taken as it is.</summary>
    public bool IgnoreConversionErrors { get; init; }

    /// <summary>Whether items lose their files.</summary>
    public bool? StripBinary { get; init; }

    /// <summary>Whether items keep their files; the older option.</summary>
    public bool? IncludeBinary { get; init; }
}
