using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.Mocking;

/// <summary>What mocking answers that is no mock.</summary>
internal static class MockingErrors
{
    public static readonly GatewayError NoOperation = new(404, "MOCK_NOT_FOUND", "Corresponding path and method spec does not exist in API Specification", Fault.Client);

    public static readonly GatewayError NoStatus = new(404, "MOCK_NOT_FOUND", "No examples exist in API specification for this resource", Fault.Client);

    public static readonly GatewayError NotAcceptable = new(406, "MOCK_NOT_ACCEPTABLE", "No acceptable media type exists in API Specification for this resource", Fault.Client);

    public static readonly GatewayError Delay =
        new(400, "MOCK_INVALID", "Invalid value for X-Kong-Mocking-Delay. The delay value should be a number between 0 and 10000", Fault.Client);

    public static GatewayError Status(string written) => new(400, "MOCK_INVALID", $"could not find the status code '{written}'", Fault.Client);

    public static GatewayError Example(string id) => new(400, "MOCK_INVALID", $"could not find the example id '{id}'", Fault.Client);
}
