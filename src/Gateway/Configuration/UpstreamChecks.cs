namespace Sluice.Gateway.Configuration;

/// <summary>Which hash settings of an upstream go together.</summary>
internal static class UpstreamChecks
{
    public static void Check(UpstreamConfig upstream, Action<string, string> report)
    {
        Ask(upstream.HashOn, "hash_on", "header", "hash_on_header", upstream.HashOnHeader);
        Ask(upstream.HashFallback, "hash_fallback", "header", "hash_fallback_header", upstream.HashFallbackHeader);
        Ask(upstream.HashOn, "hash_on", "cookie", "hash_on_cookie", upstream.HashOnCookie);
        Ask(upstream.HashFallback, "hash_fallback", "cookie", "hash_on_cookie", upstream.HashOnCookie);
        Ask(upstream.HashOn, "hash_on", "query_arg", "hash_on_query_arg", upstream.HashOnQueryArg);
        Ask(upstream.HashFallback, "hash_fallback", "query_arg", "hash_fallback_query_arg", upstream.HashFallbackQueryArg);
        Ask(upstream.HashOn, "hash_on", "uri_capture", "hash_on_uri_capture", upstream.HashOnUriCapture);
        Ask(upstream.HashFallback, "hash_fallback", "uri_capture", "hash_fallback_uri_capture", upstream.HashFallbackUriCapture);

        if (upstream.HashOn is "none" or "cookie" && upstream.HashFallback != "none")
            report("hash_fallback", $"must be none when hash_on is {upstream.HashOn}");
        if (upstream.HashOn is "consumer" or "ip" or "path" && upstream.HashFallback == upstream.HashOn)
            report("hash_fallback", $"must differ from hash_on ({upstream.HashOn})");
        Differ("header", upstream.HashOnHeader, upstream.HashFallbackHeader);
        Differ("query_arg", upstream.HashOnQueryArg, upstream.HashFallbackQueryArg);
        Differ("uri_capture", upstream.HashOnUriCapture, upstream.HashFallbackUriCapture);

        void Ask(string chosen, string by, string when, string field, string? value)
        {
            if (value is null && string.Equals(chosen, when, StringComparison.Ordinal))
                report(field, $"required field missing when {by} is {when}");
        }

        void Differ(string what, string? on, string? fallback)
        {
            if (on is not null && string.Equals(on, fallback, StringComparison.Ordinal))
                report($"hash_fallback_{what}", $"must differ from hash_on_{what}");
        }
    }
}
