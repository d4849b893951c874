using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.OasValidation;

/// <summary>What oas-validation answers.</summary>
internal static class OasValidationErrors
{
    public static readonly GatewayError Request = Bad("request doesn't conform to schema");

    public static readonly GatewayError Parameter = Bad("request param doesn't conform to schema");

    public static readonly GatewayError TooLarge = new(413, "REQUEST_TOO_LARGE", "request body is too large to be validated", Fault.Client);

    public static readonly GatewayError Response = new(406, "RESPONSE_INVALID", "response doesn't conform to schema", Fault.Upstream, RetrySafe: false);

    private static GatewayError Bad(string message) => new(400, "REQUEST_INVALID", message, Fault.Client);
}

/// <summary>What is wrong: how the client is told, and in detail.</summary>
internal sealed record OasViolation(GatewayError Error, string Detail)
{
    /// <summary>The error, with the detail where that may be told.</summary>
    public GatewayError For(bool verbose) => verbose ? new GatewayError(Error.Status, Error.Code, Detail, Error.Fault, Error.RetrySafe) : Error;
}
