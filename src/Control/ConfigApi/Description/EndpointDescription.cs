using Microsoft.AspNetCore.Builder;

namespace Sluice.Control.ConfigApi.Description;

/// <summary>
/// What the OpenAPI document says of an endpoint, besides the address and the method that it is mapped with: endpoint metadata. An endpoint without it is in
/// the document, too, by its address alone.
/// </summary>
/// <param name="Summary">One sentence without a full stop: <c>List routes</c>.</param>
public sealed record EndpointDescription(string Summary)
{
    /// <summary>The heading it stands under; from its address when empty.</summary>
    public string Group { get; init; } = "";

    /// <summary>The record of the body, or the name of a schema of the document; null for none.</summary>
    public string? Body { get; init; }

    /// <inheritdoc cref="Body"/>
    public Type? BodyType { get; init; }

    /// <summary>The name of the schema of <c>data</c>, or of its elements; null when <see cref="AnswerType"/> says it.</summary>
    public string? Answer { get; init; }

    /// <summary>The record that is in <c>data</c>, or of which its elements are.</summary>
    public Type? AnswerType { get; init; }

    /// <summary>Of success.</summary>
    public int Status { get; init; } = 200;

    /// <summary>Answers pages: it is asked with <c>page</c> and <c>per_page</c>.</summary>
    public bool Lists { get; init; }

    /// <summary>Answers all there are: a list without pages.</summary>
    public bool ListsAll { get; init; }

    /// <summary>What the body may be in.</summary>
    public IReadOnlyList<string> BodyContentTypes { get; init; } = ["application/json"];

    /// <summary>What the success is in, when it is not the envelope.</summary>
    public IReadOnlyList<string> ContentTypes { get; init; } = [];

    /// <summary>Parameters of the query with what they mean.</summary>
    public IReadOnlyList<(string Name, string Meaning)> Query { get; init; } = [];

    public EndpointDescription Asks(string parameter, string meaning) => this with { Query = [.. Query, (parameter, meaning)] };
}

/// <summary>Describing endpoints where they are mapped.</summary>
public static class Describing
{
    /// <summary>Says what the OpenAPI document tells of the endpoint.</summary>
    public static IEndpointConventionBuilder Describe(this IEndpointConventionBuilder endpoint, EndpointDescription description) => endpoint.WithMetadata(description);

    /// <inheritdoc cref="Describe(IEndpointConventionBuilder, EndpointDescription)"/>
    public static IEndpointConventionBuilder Describe(this IEndpointConventionBuilder endpoint, string summary) => endpoint.WithMetadata(new EndpointDescription(summary));
}
