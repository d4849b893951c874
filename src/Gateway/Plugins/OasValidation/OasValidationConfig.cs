using Sluice.Foundation.Schema;
using Sluice.Gateway.Plugins.OpenApi;

namespace Sluice.Gateway.Plugins.OasValidation;

/// <summary>Which OpenAPI document requests and responses must keep to.</summary>
internal sealed record OasValidationConfig : IChecked
{
    private const int MostProblems = 20;

    // Reading a large document takes a while, and it is read when the configuration is checked already.
    private static readonly System.Runtime.CompilerServices.ConditionalWeakTable<OasValidationConfig, OpenApiDocument> Read = [];

    /// <summary>The document (OpenAPI 3.0 or 3.1), JSON or YAML.</summary>
    public string? ApiSpec { get; init; }

    /// <summary>The file of the document, in place of <c>api_spec</c>.</summary>
    [Extension]
    public string? ApiSpecFilename { get; init; }

    /// <summary>Whether <c>api_spec</c> may be percent-encoded. One that is plainly not is taken as it is.</summary>
    public bool ApiSpecEncoded { get; init; } = true;

    /// <summary>Whether refusals say what is wrong.</summary>
    public bool VerboseResponse { get; init; }

    /// <summary>Whether the body of a request is checked.</summary>
    public bool ValidateRequestBody { get; init; } = true;

    /// <summary>Whether a request that breaks the document is only noted.</summary>
    public bool NotifyOnlyRequestValidationFailure { get; init; }

    /// <summary>Whether parameters in header fields and cookies are checked.</summary>
    public bool ValidateRequestHeaderParams { get; init; } = true;

    /// <summary>Whether parameters in the query are checked.</summary>
    public bool ValidateRequestQueryParams { get; init; } = true;

    /// <summary>Whether parameters in the path are checked.</summary>
    public bool ValidateRequestUriParams { get; init; } = true;

    /// <summary>Whether status and body of responses are checked; 406 when they break the document.</summary>
    public bool ValidateResponseBody { get; init; }

    /// <summary>Whether a response that breaks the document is only noted.</summary>
    public bool NotifyOnlyResponseBodyValidationFailure { get; init; }

    /// <summary>Whether a query may hold only parameters of the document.</summary>
    public bool QueryParameterCheck { get; init; }

    /// <summary>Whether a request may have only header fields of the document and <c>allowed_header_parameters</c>.</summary>
    public bool HeaderParameterCheck { get; init; }

    /// <summary>Header fields, separated by commas, that are always allowed.</summary>
    [AllowEmpty]
    public string AllowedHeaderParameters { get; init; } = "Host,Content-Type,User-Agent,Accept,Content-Length";

    /// <summary>Whether paths of the document stand under the paths of its servers.</summary>
    public bool IncludeBasePath { get; init; }

    /// <summary>The path that they stand under in place of those of the servers.</summary>
    public string? CustomBasePath { get; init; }

    public void Check(Action<string, string> report)
    {
        if (ApiSpec is null == ApiSpecFilename is null)
        {
            report("api_spec", ApiSpec is null ? "required field missing" : "and 'api_spec_filename' cannot both be set");
            return;
        }

        if (CustomBasePath is { } path && !path.StartsWith('/')) report("custom_base_path", "should start with: /");
        var (_, problems) = Load();
        foreach (var problem in problems.Take(MostProblems)) report(ApiSpec is null ? "api_spec_filename" : "api_spec", problem);
    }

    /// <summary>The document, or what is wrong with it.</summary>
    public (OpenApiDocument? Document, IReadOnlyList<string> Problems) Load()
    {
        if (Read.TryGetValue(this, out var known)) return (known, []);
        var (root, problem) = OpenApiText.Read(ApiSpec, ApiSpecFilename, ApiSpecEncoded);
        if (root is null) return (null, [problem!]);
        var (document, problems) = OpenApiReader.Read(root);
        if (document is not null) Read.AddOrUpdate(this, document);
        return (document, problems);
    }
}
