using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.HttpRequest;

/// <summary>What is sent where, and what is made of the answer.</summary>
[CamelCase]
internal sealed record HttpRequestParameters
{
    /// <summary>The method.</summary>
    [OneOf("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")]
    public Parameter<string> Method { get; init; } = "GET";

    /// <summary>The address.</summary>
    [Required]
    public Parameter<string> Url { get; init; } = "";

    /// <summary>Whether a connection of the node's credentials is used.</summary>
    [OneOf("none", "predefinedCredentialType", "genericCredentialType")]
    public string Authentication { get; init; } = "none";

    /// <summary>The kind of connection: <c>httpBasicAuth</c>, <c>httpBearerAuth</c>, <c>httpHeaderAuth</c>, <c>httpQueryAuth</c>, <c>oAuth2Api</c>.</summary>
    [AllowEmpty]
    public string GenericAuthType { get; init; } = "";

    /// <summary>The kind of connection of a known service.</summary>
    [AllowEmpty]
    public string NodeCredentialType { get; init; } = "";

    /// <summary>Whether query arguments are added.</summary>
    public bool SendQuery { get; init; }

    /// <summary>Whether they are given one by one or as an object.</summary>
    [OneOf("keypair", "json")]
    public string SpecifyQuery { get; init; } = "keypair";

    /// <summary>Query arguments, one by one.</summary>
    public HttpPairs QueryParameters { get; init; } = new();

    /// <summary>Query arguments as an object.</summary>
    public Parameter<JsValue> JsonQuery { get; init; } = new(default);

    /// <summary>Whether header fields are added.</summary>
    public bool SendHeaders { get; init; }

    /// <summary>Whether they are given one by one or as an object.</summary>
    [OneOf("keypair", "json")]
    public string SpecifyHeaders { get; init; } = "keypair";

    /// <summary>Header fields, one by one.</summary>
    public HttpPairs HeaderParameters { get; init; } = new();

    /// <summary>Header fields as an object.</summary>
    public Parameter<JsValue> JsonHeaders { get; init; } = new(default);

    /// <summary>Whether there is a body.</summary>
    public bool SendBody { get; init; }

    /// <summary>What the body is.</summary>
    [OneOf("json", "form-urlencoded", "multipart-form-data", "binaryData", "raw")]
    public string ContentType { get; init; } = "json";

    /// <summary>Whether its fields are given one by one, as an object, or as text.</summary>
    [OneOf("keypair", "json", "string")]
    public string SpecifyBody { get; init; } = "keypair";

    /// <summary>The body's fields, one by one.</summary>
    public HttpPairs BodyParameters { get; init; } = new();

    /// <summary>The body as JSON.</summary>
    public Parameter<JsValue> JsonBody { get; init; } = new(default);

    /// <summary>The body as text.</summary>
    public Parameter<string> Body { get; init; } = "";

    /// <summary>The field of the file that is the body.</summary>
    public Parameter<string> InputDataFieldName { get; init; } = "data";

    /// <summary>The media type of a raw body.</summary>
    public Parameter<string> RawContentType { get; init; } = "";

    /// <summary>For editors.</summary>
    public string? InfoMessage { get; init; }

    /// <summary>For editors.</summary>
    public bool ProvideSslCertificates { get; init; }

    /// <summary>More about the request and its answer.</summary>
    public HttpRequestOptions Options { get; init; } = new();
}

/// <summary>Names with values.</summary>
[CamelCase]
internal sealed record HttpPairs
{
    /// <summary>The names with their values.</summary>
    public IReadOnlyList<HttpPair> Parameters { get; init; } = [];
}

/// <summary>A name with its value.</summary>
[CamelCase]
internal sealed record HttpPair
{
    /// <summary>The name.</summary>
    public Parameter<string> Name { get; init; } = "";

    /// <summary>The value.</summary>
    public Parameter<JsValue> Value { get; init; } = new(JsValue.EmptyString);

    /// <summary>In a form with files, whether the value is text or a file.</summary>
    [OneOf("formData", "formBinaryData")]
    public string ParameterType { get; init; } = "formData";

    /// <summary>The field of the file.</summary>
    public Parameter<string> InputDataFieldName { get; init; } = "";
}

/// <summary>More about the request and its answer.</summary>
[CamelCase]
internal sealed record HttpRequestOptions
{
    /// <summary>Whether certificates that nobody vouches for are taken.</summary>
    public bool AllowUnauthorizedCerts { get; init; }

    /// <summary>How many requests are sent at a time.</summary>
    public BatchingOption? Batching { get; init; }

    /// <summary>Whether names of header fields are sent in lower case.</summary>
    [NoEffect("HTTP takes names in any case")]
    public bool LowercaseHeaders { get; init; } = true;

    /// <summary>How lists in query arguments are written.</summary>
    [OneOf("repeat", "brackets", "indices")]
    public string QueryParameterArrays { get; init; } = "indices";

    /// <summary>Whether redirects are followed.</summary>
    public RedirectOption? Redirect { get; init; }

    /// <summary>What is made of the answer.</summary>
    public ResponseOption? Response { get; init; }

    /// <summary>Whether further pages are asked for.</summary>
    public PaginationOption? Pagination { get; init; }

    /// <summary>The proxy's address.</summary>
    public Parameter<string> Proxy { get; init; } = "";

    /// <summary>Milliseconds that the answer may take.</summary>
    [Between(1, 86_400_000)]
    public Parameter<double> Timeout { get; init; } = 300_000;

    /// <summary>Whether credentials follow a redirect to another host.</summary>
    public bool SendCredentialsOnCrossOriginRedirect { get; init; }
}

/// <summary>How many requests are sent at a time.</summary>
[CamelCase]
internal sealed record BatchingOption
{
    /// <summary>The numbers.</summary>
    public BatchValues Batch { get; init; } = new();
}

/// <summary>How many requests are sent at a time.</summary>
[CamelCase]
internal sealed record BatchValues
{
    /// <summary>Items per batch; -1 for all at once, as many as connections allow.</summary>
    [Between(-1, 10_000)]
    public int BatchSize { get; init; } = 50;

    /// <summary>Milliseconds between batches.</summary>
    [Between(0, 86_400_000)]
    public double BatchInterval { get; init; } = 1000;
}

/// <summary>Whether redirects are followed.</summary>
[CamelCase]
internal sealed record RedirectOption
{
    /// <summary>The choice.</summary>
    public RedirectValues Redirect { get; init; } = new();
}

/// <summary>Whether redirects are followed.</summary>
[CamelCase]
internal sealed record RedirectValues
{
    /// <summary>Whether they are followed.</summary>
    public bool FollowRedirects { get; init; } = true;

    /// <summary>How many at most.</summary>
    [Between(0, 100)]
    public int MaxRedirects { get; init; } = 21;
}

/// <summary>What is made of the answer.</summary>
[CamelCase]
internal sealed record ResponseOption
{
    /// <summary>The choice.</summary>
    public ResponseValues Response { get; init; } = new();
}

/// <summary>What is made of the answer.</summary>
[CamelCase]
internal sealed record ResponseValues
{
    /// <summary>Whether status and header fields are given, too.</summary>
    public bool FullResponse { get; init; }

    /// <summary>Whether an answer with a status from 400 on is none that fails.</summary>
    public bool NeverError { get; init; }

    /// <summary>What the answer is taken as.</summary>
    [OneOf("autodetect", "json", "text", "file")]
    public string ResponseFormat { get; init; } = "autodetect";

    /// <summary>Whether a list of JSON becomes an item for each element, or one item whose fields are <c>0</c>, <c>1</c> and so on.</summary>
    public bool SplitIntoItems { get; init; } = true;

    /// <summary>The field for text and files.</summary>
    public Parameter<string> OutputPropertyName { get; init; } = "data";
}

/// <summary>Whether further pages are asked for.</summary>
[CamelCase]
internal sealed record PaginationOption
{
    /// <summary>The choice.</summary>
    public PaginationValues Pagination { get; init; } = new();
}

/// <summary>Whether further pages are asked for.</summary>
[CamelCase]
internal sealed record PaginationValues
{
    /// <summary>Not at all, by changing a parameter, or by the address that an answer gives.</summary>
    [OneOf("off", "updateAParameterInEachRequest", "responseContainsNextURL")]
    public string PaginationMode { get; init; } = "updateAParameterInEachRequest";

    /// <summary>The next page's address, for example <c>={{ $response.body.next }}</c>.</summary>
    [Field("nextURL")]
    public Parameter<string> NextUrl { get; init; } = "";

    /// <summary>The parameters that change.</summary>
    public PageParameters Parameters { get; init; } = new();

    /// <summary>When there are no more pages.</summary>
    [OneOf("responseIsEmpty", "receiveSpecificStatusCodes", "other")]
    public string PaginationCompleteWhen { get; init; } = "responseIsEmpty";

    /// <summary>The statuses that say so, separated by commas.</summary>
    public Parameter<string> StatusCodesWhenComplete { get; init; } = "";

    /// <summary>What says so.</summary>
    public Parameter<bool> CompleteExpression { get; init; } = false;

    /// <summary>Whether only so many pages are asked for.</summary>
    public bool LimitPagesFetched { get; init; }

    /// <summary>How many.</summary>
    [Between(1, 100_000)]
    public Parameter<double> MaxRequests { get; init; } = 100;

    /// <summary>Milliseconds between pages.</summary>
    [Between(0, 86_400_000)]
    public double RequestInterval { get; init; }

    /// <summary>For editors.</summary>
    public string? WebhookNotice { get; init; }
}

/// <summary>The parameters that change from page to page.</summary>
[CamelCase]
internal sealed record PageParameters
{
    /// <summary>The parameters.</summary>
    [Field("parameters")]
    public IReadOnlyList<PageParameter> All { get; init; } = [];
}

/// <summary>A parameter that changes from page to page.</summary>
[CamelCase]
internal sealed record PageParameter
{
    /// <summary>Where it is.</summary>
    [OneOf("qs", "headers", "body")]
    public string Type { get; init; } = "qs";

    /// <summary>Its name.</summary>
    public Parameter<string> Name { get; init; } = "";

    /// <summary>Its value, for example <c>={{ $pageCount + 1 }}</c>.</summary>
    public Parameter<JsValue> Value { get; init; } = new(default);
}
