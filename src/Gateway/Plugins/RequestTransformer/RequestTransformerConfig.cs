using Sluice.Foundation.Schema;
using Sluice.Gateway.Plugins.Templates;
using Sluice.Gateway.Plugins.Transforming;

namespace Sluice.Gateway.Plugins.RequestTransformer;

/// <summary>How requests are changed: what is removed first, then renamed, replaced, added and appended. Values may be templates.</summary>
internal sealed record RequestTransformerConfig
{
    /// <summary>The method sent upstream. With GET, HEAD and TRACE, the fields of a form go into the query too.</summary>
    [Pattern("[A-Z]+", "be a method in upper case")]
    public string? HttpMethod { get; init; }

    /// <summary>Taken out.</summary>
    public RequestRemovals Remove { get; init; } = new();

    /// <summary>Given another name.</summary>
    public RequestRenames Rename { get; init; } = new();

    /// <summary>Set where there is a value already.</summary>
    public RequestReplacements Replace { get; init; } = new();

    /// <summary>Set where there is no value yet.</summary>
    public RequestValues Add { get; init; } = new();

    /// <summary>Put behind the values that are there.</summary>
    public RequestValues Append { get; init; } = new();
}

/// <summary>What is removed, by name.</summary>
internal sealed record RequestRemovals : IChecked
{
    /// <summary>Fields of a JSON object or a form.</summary>
    public IReadOnlyList<string> Body { get; init; } = [];

    /// <summary>Header fields.</summary>
    public IReadOnlyList<string> Headers { get; init; } = [];

    /// <summary>Query parameters.</summary>
    public IReadOnlyList<string> Querystring { get; init; } = [];

    public void Check(Action<string, string> report) => NameValuePattern.CheckHeaders(Headers, valuesToo: false, report);
}

/// <summary>What is renamed, as <c>old:new</c>.</summary>
internal sealed record RequestRenames : IChecked
{
    /// <summary>Fields of a JSON object or a form.</summary>
    [Pattern(NameValuePattern.Regex, NameValuePattern.Says), Template(AfterName = true)]
    public IReadOnlyList<string> Body { get; init; } = [];

    /// <summary>Header fields; the new name goes out in lower case.</summary>
    [Pattern(NameValuePattern.Regex, NameValuePattern.Says), Template(AfterName = true)]
    public IReadOnlyList<string> Headers { get; init; } = [];

    /// <summary>Query parameters.</summary>
    [Pattern(NameValuePattern.Regex, NameValuePattern.Says), Template(AfterName = true)]
    public IReadOnlyList<string> Querystring { get; init; } = [];

    public void Check(Action<string, string> report) => NameValuePattern.CheckHeaders(Headers, valuesToo: true, report);
}

/// <summary>What is set, as <c>name:value</c>.</summary>
internal record RequestValues : IChecked
{
    /// <summary>Fields of a JSON object or a form; in JSON the values are strings.</summary>
    [Pattern(NameValuePattern.Regex, NameValuePattern.Says), Template(AfterName = true)]
    public IReadOnlyList<string> Body { get; init; } = [];

    /// <summary>Header fields.</summary>
    [Pattern(NameValuePattern.Regex, NameValuePattern.Says), Template(AfterName = true)]
    public IReadOnlyList<string> Headers { get; init; } = [];

    /// <summary>Query parameters.</summary>
    [Pattern(NameValuePattern.Regex, NameValuePattern.Says), Template(AfterName = true)]
    public IReadOnlyList<string> Querystring { get; init; } = [];

    public void Check(Action<string, string> report) => NameValuePattern.CheckHeaders(Headers, valuesToo: false, report);
}

/// <summary>What is replaced, the path included.</summary>
internal sealed record RequestReplacements : RequestValues
{
    /// <summary>A template for the whole path sent upstream; starts with <c>/</c>.</summary>
    [Template]
    public string? Uri { get; init; }
}
