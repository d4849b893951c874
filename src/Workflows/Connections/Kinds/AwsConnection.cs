using Sluice.Foundation.Schema;
using Sluice.Foundation.Signing;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Nodes.HttpRequest;

namespace Sluice.Workflows.Connections.Kinds;

/// <summary>An access key of AWS, or of a service that signs like it.</summary>
public sealed record AwsConnection : ConnectionFields
{
    /// <summary>The id of the access key.</summary>
    [Required, Length(1, 200)]
    public string AccessKeyId { get; init; } = "";

    /// <summary>The access key itself.</summary>
    [Required, Secret, Length(1, 1000)]
    public string SecretAccessKey { get; init; } = "";

    /// <summary>The token of a temporary key.</summary>
    [Secret, Length(1, 16384)]
    public string? SessionToken { get; init; }

    /// <summary>The region: <c>eu-central-1</c>.</summary>
    [Required, Length(1, 100)]
    public string Region { get; init; } = "";

    /// <summary>The service that is signed for; the first label of the address's host unless given: <c>sns</c> of <c>sns.eu-central-1.amazonaws.com</c>.</summary>
    [Length(1, 100)]
    public string? Service { get; init; }

    internal override ValueTask AuthoriseAsync(Connection connection, HttpCall call, NodeContext context)
    {
        call.Sign = (message, body) => AwsSigner.Sign(
            message, body, new AwsCredentials(AccessKeyId, SecretAccessKey, SessionToken), Region, Service ?? message.RequestUri!.Host.Split('.')[0], context.Time.GetUtcNow());
        return default;
    }
}
