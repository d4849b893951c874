using System.Globalization;
using System.Net.Sockets;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.HttpRequest;

/// <summary>The field <c>error</c> of items whose request failed, as n8n gives it: an object when the request was sent, else a text.</summary>
internal static class HttpFailure
{
    public static Item Item(int index, NodeException e) => new(new JsObject { ["error"] = Describe(e) }) { Error = e.Message, PairedItems = [new PairedItem(index)] };

    private static JsValue Describe(NodeException e)
    {
        if (int.TryParse(e.Code, NumberStyles.None, CultureInfo.InvariantCulture, out var status))
        {
            var body = e.Details.IsUndefined ? "" : e.Details.AsString ?? JsJson.WriteString(e.Details);
            var message = status == 429 ? "Try spacing your requests out using the batching settings under 'Options'" : $"{status} - {JsJson.WriteString(body)}";
            return new JsObject { ["message"] = message, ["name"] = "AxiosError", ["code"] = status >= 500 ? "ERR_BAD_RESPONSE" : "ERR_BAD_REQUEST", ["status"] = status, ["statusCode"] = status, ["error"] = body };
        }

        var code = e.InnerException switch
        {
            OperationCanceledException => "ECONNABORTED",
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => "ENOTFOUND",
            HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } => "ECONNREFUSED",
            HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData } } => "ENOTFOUND",
            HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.TimedOut } } => "ETIMEDOUT",
            HttpRequestException { InnerException: IOException } or HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } or IOException => "ECONNRESET",
            _ => null,
        };
        return code is null ? e.Message : new JsObject { ["message"] = e.Message, ["name"] = code is "ECONNABORTED" ? "AxiosError" : "Error", ["code"] = code };
    }
}
