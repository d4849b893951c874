using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.Jwt;

/// <summary>Where a request may carry its token: query arguments, cookies and header fields. Equal tokens in several places are one.</summary>
internal sealed class TokenSource(JwtConfig config)
{
    private readonly string[] arguments = [.. config.UriParamNames];
    private readonly string[] cookies = [.. config.CookieNames];
    private readonly string[] fields = [.. config.HeaderNames];

    /// <returns>The token, a part of where it stands, so that a known one costs no memory; empty when there is none.</returns>
    /// <param name="exchange">The request.</param>
    /// <param name="several">There are different ones; the result is one of them.</param>
    public ReadOnlyMemory<char> Find(Exchange exchange, out bool several)
    {
        var token = default(ReadOnlyMemory<char>);
        several = false;
        if (exchange.Query.Length > 1)
            foreach (var name in arguments)
            {
                var values = QueryArguments.Find(exchange.Query, name);
                Take(values.First.AsMemory(), ref token, ref several);
                foreach (var other in values.Others ?? []) Take(other.AsMemory(), ref token, ref several);
            }

        if (cookies.Length > 0)
            foreach (var name in cookies)
                Take(exchange.Request.Cookies[name].AsMemory(), ref token, ref several);
        foreach (var name in fields)
            if (KongHeaders.Find(exchange.Request.Headers, name) is { Count: > 0 } values)
                Take(AfterBearer(values[0]), ref token, ref several);
        return token;
    }

    /// <summary>Whether a recorded request may have had a token. Which cookies there were is not recorded.</summary>
    public bool MayShow(Exchange recorded) => !Find(recorded, out _).IsEmpty || (cookies.Length > 0 && recorded.Request.Headers.Cookie.Count > 0);

    private static void Take(ReadOnlyMemory<char> found, ref ReadOnlyMemory<char> token, ref bool several)
    {
        if (found.IsEmpty) return;
        several |= !token.IsEmpty && !token.Span.SequenceEqual(found.Span);
        token = found;
    }

    /// <summary>What follows the first <c>Bearer</c> or <c>bearer</c> with a blank after it, wherever that stands, as in Kong.</summary>
    private static ReadOnlyMemory<char> AfterBearer(string? value)
    {
        const string scheme = "earer";
        var all = value.AsMemory().Trim();
        var text = all.Span;
        for (int at; (at = text.IndexOf(scheme, StringComparison.Ordinal)) >= 0;)
        {
            var named = at > 0 && text[at - 1] is 'B' or 'b';
            text = text[(at + scheme.Length)..];
            if (named && text.Length > 0 && char.IsWhiteSpace(text[0])) return all[(all.Length - text.TrimStart().Length)..];
        }

        return default;
    }
}
