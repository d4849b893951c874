using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Grpc;

/// <summary>Which method of which service is called, and with what.</summary>
[CamelCase]
internal sealed record GrpcParameters
{
    /// <summary>Where the server is: <c>grpc://host:50051</c> without and <c>grpcs://host</c> with TLS; <c>http://</c> and <c>https://</c> say the same.</summary>
    [Required]
    public Parameter<string> Url { get; init; } = "";

    /// <summary>
    /// Where the service is described: in <c>proto</c>, in a file seen from the one that the workflow is in, in <c>descriptorSet</c>, or in a file of the item.
    /// </summary>
    [OneOf("proto", "file", "descriptorSet", "binary")]
    public string DescriptorFrom { get; init; } = "proto";

    /// <summary>The text of a .proto file; it may import Google's own types.</summary>
    [AllowEmpty, Length(0, 1 << 20)]
    public string Proto { get; init; } = "";

    /// <summary>A .proto file with what it imports from beside it, or a descriptor set: <c>.pb</c>, <c>.bin</c>, <c>.desc</c>, <c>.protoset</c>.</summary>
    [AllowEmpty, Length(0, 4096)]
    public string File { get; init; } = "";

    /// <summary>A descriptor set (<c>protoc --include_imports --descriptor_set_out</c>) as Base64.</summary>
    [AllowEmpty, Length(0, 16 << 20)]
    public string DescriptorSet { get; init; } = "";

    /// <summary>The file of the item that is a .proto file or a descriptor set.</summary>
    public Parameter<string> BinaryPropertyName { get; init; } = "data";

    /// <summary>The service with its package: <c>library.v1.Books</c>; the only one when absent.</summary>
    [AllowEmpty]
    public string Service { get; init; } = "";

    /// <summary>The method: one message in, and one message or a stream of them out.</summary>
    [Required]
    public string Method { get; init; } = "";

    /// <summary>The message; the item when absent.</summary>
    public Parameter<JsValue> Message { get; init; } = new(default);

    /// <summary>Metadata of the call, by name; the values of names that end in <c>-bin</c> are Base64.</summary>
    public Parameter<JsValue> Metadata { get; init; } = new(default);

    /// <summary>How the call is authorised.</summary>
    [OneOf("none", "genericCredentialType")]
    public string Authentication { get; init; } = "none";

    /// <summary>The kind of connection for it, as in <c>http-request</c>.</summary>
    public string GenericAuthType { get; init; } = "httpBearerAuth";

    /// <summary>More about the call.</summary>
    public GrpcOptions Options { get; init; } = new();
}

/// <summary>More about the call.</summary>
[CamelCase]
internal sealed record GrpcOptions
{
    /// <summary>Milliseconds until the deadline, which the server is told, too.</summary>
    [Between(1, 3_600_000)]
    public Parameter<double> Timeout { get; init; } = 60_000;

    /// <summary>How many messages of a stream are taken; then the call is ended.</summary>
    [Between(1, 100_000)]
    public Parameter<double> MaxMessages { get; init; } = 1000;

    /// <summary>Bytes that one message of the answer may have.</summary>
    [Between(1, 64 << 20)]
    public double MaxMessageBytes { get; init; } = 4 << 20;

    /// <summary>Whether the metadata of the answer is given, too: <c>{"message": ..., "headers": ..., "trailers": ...}</c>.</summary>
    public bool FullResponse { get; init; }

    /// <summary>Whether certificates that nobody vouches for are taken.</summary>
    public bool AllowUnauthorizedCerts { get; init; }
}
