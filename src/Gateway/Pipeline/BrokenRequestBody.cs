using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace Sluice.Gateway.Pipeline;

/// <summary>What a request body that ends wrongly is reported as.</summary>
internal static class BrokenRequestBody
{
    /// <summary>Kestrel reports some damage (a chunk size beyond all numbers) as an IOException, which otherwise means that the client has gone.</summary>
    public static Exception Describe(Exception e) =>
        e is IOException and not (BadHttpRequestException or ConnectionResetException) ? new BadHttpRequestException(e.Message, StatusCodes.Status400BadRequest, e) : e;
}
