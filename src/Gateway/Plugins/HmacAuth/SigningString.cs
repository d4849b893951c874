using System.Text;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.HmacAuth;

/// <summary>The text that a signature is over: a line for each part of the request (draft-cavage-http-signatures-00).</summary>
internal static class SigningString
{
    private const string RequestLine = "request-line";
    private const string RequestTarget = "@request-target";

    /// <param name="exchange">The request.</param>
    /// <param name="parts">Names of header fields, <c>request-line</c>, <c>@request-target</c>.</param>
    /// <param name="target">Path and query, for the latter two.</param>
    public static byte[] Of(Exchange exchange, string[] parts, string target)
    {
        var text = new StringBuilder();
        var request = exchange.Request;
        for (var i = 0; i < parts.Length; i++)
        {
            if (i > 0) text.Append('\n');
            var part = parts[i];
            if (part.Length > 0 && KongHeaders.Find(request.Headers, part) is { Count: > 0 } values) text.Append(part).Append(": ").Append(values[0]);
            else if (part is RequestTarget) text.Append(part).Append(": ").Append(request.Method.ToLowerInvariant()).Append(' ').Append(target);
            else if (part is RequestLine) text.Append(request.Method).Append(' ').Append(target).Append(' ').Append(VersionOf(request.Protocol));
            else text.Append(part).Append(':');
        }

        return Encoding.Latin1.GetBytes(text.ToString());
    }

    /// <summary>Whether the target has a say in it.</summary>
    public static bool HoldsTarget(string[] parts) => parts.Contains(RequestLine, StringComparer.Ordinal) || parts.Contains(RequestTarget, StringComparer.Ordinal);

    private static string VersionOf(string protocol) => protocol.Contains('.', StringComparison.Ordinal) ? protocol : protocol + ".0";
}
