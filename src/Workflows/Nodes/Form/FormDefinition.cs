using System.Text.Json;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Form;

/// <summary>A form as a person sees it, with no expressions left in it. A run that waits for it to be sent keeps it as text.</summary>
internal sealed record FormDefinition
{
    private const int MostFields = 500;

    /// <summary>Characters of the text that a run keeps.</summary>
    private const int MaximumLength = 1 << 18;

    public string Title { get; init; } = "";

    public string Description { get; init; } = "";

    public string Button { get; init; } = "Submit";

    public IReadOnlyList<FormQuestion> Fields { get; init; } = [];

    /// <summary>What a node's parameters ask once their expressions have values.</summary>
    public static IReadOnlyList<FormQuestion> Questions(FormFieldList fields, NodeContext context) => [.. fields.Values.Select(f => FormQuestion.Of(f, p => p.Get(context, 0)))];

    /// <summary>The fields of a form that is given as JSON, as a text or as a list.</summary>
    /// <exception cref="NodeException">It is none.</exception>
    public static IReadOnlyList<FormQuestion> Questions(JsValue json)
    {
        if (JsonParameter.Parse(json, "jsonOutput").AsArray is not { } list) throw new NodeException("jsonOutput must be a list of fields") { Retryable = false };
        return [.. list.Take(MostFields).Select(f => FormQuestion.Read(f))];
    }

    /// <exception cref="NodeException">It is too big to be kept.</exception>
    public string Write()
    {
        var text = JsonSerializer.Serialize(this);
        return text.Length <= MaximumLength ? text : throw new NodeException($"the form is longer than {MaximumLength >> 10} KiB") { Retryable = false };
    }

    public static FormDefinition Read(string text) => JsonSerializer.Deserialize<FormDefinition>(text) ?? new();
}
