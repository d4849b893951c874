using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Connectors;

namespace Sluice.Workflows.Nodes.CatApi;

/// <summary>What is done at The Cat API.</summary>
[CamelCase]
internal sealed record CatApiParameters : ConnectorParameters
{
    /// <summary>The picture, breed, vote or favourite.</summary>
    public Parameter<string> Id { get; init; } = "";

    /// <summary>The breeds of the cats.</summary>
    public Parameter<JsValue>? BreedIds { get; init; }

    /// <summary>Whether only pictures are given whose breed is known.</summary>
    public Parameter<bool>? HasBreeds { get; init; }

    /// <summary>The size of the pictures: <c>thumb</c>, <c>small</c>, <c>med</c>, <c>full</c>.</summary>
    public Parameter<string> Size { get; init; } = "";

    /// <summary>Their kinds: <c>jpg,png,gif</c>.</summary>
    public Parameter<string> MimeTypes { get; init; } = "";

    /// <summary>What comes first.</summary>
    [OneOf("RANDOM", "ASC", "DESC")]
    public string? Order { get; init; }

    /// <summary>A part of the name of a breed.</summary>
    public Parameter<string> Query { get; init; } = "";

    /// <summary>The picture that is voted for or kept.</summary>
    public Parameter<string> ImageId { get; init; } = "";

    /// <summary>The vote: 1 for yes, -1 for no.</summary>
    [Between(-100, 100)]
    public Parameter<double>? Value { get; init; }

    /// <summary>Whose vote or favourite it is.</summary>
    public Parameter<string> SubId { get; init; } = "";
}
