using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Upstreams.Balancing;

/// <summary>A cookie. A client that has none is given one with the response, so that it comes back to the same endpoint.</summary>
internal sealed class CookieInput(string name, string path) : HashInput
{
    private static readonly PluginSlot<string> Given = new();

    public override bool TryAdd(Exchange exchange, ref StableHash hash)
    {
        foreach (var field in exchange.Request.Headers.Cookie)
            if (TryFind(field, out var value))
            {
                hash.Add(value);
                return true;
            }

        // A retry must not make up another one.
        if (Given.Get(exchange) is not { } given)
        {
            given = Guid.NewGuid().ToString();
            Given.Set(exchange, given);
            GiveWithResponse(exchange.Response, given);
        }

        hash.Add(given);
        return true;
    }

    private bool TryFind(ReadOnlySpan<char> field, out ReadOnlySpan<char> value)
    {
        foreach (var range in field.Split(';'))
        {
            var pair = field[range].Trim();
            if (pair.Length <= name.Length || pair[name.Length] != '=' || !pair.StartsWith(name, StringComparison.Ordinal)) continue;
            value = pair[(name.Length + 1)..];
            return true;
        }

        value = default;
        return false;
    }

    private void GiveWithResponse(HttpResponse response, string value)
    {
        var prefix = $"{name}=";
        // "Same-Site" is what Kong sends; browsers read "SameSite" and take Lax anyway.
        var cookie = $"{prefix}{value}; Path={path}; Same-Site=Lax; HttpOnly";
        response.OnStarting(() =>
        {
            // One of this name that the upstream set is replaced.
            var others = response.Headers.SetCookie.Where(c => c?.StartsWith(prefix, StringComparison.Ordinal) != true);
            response.Headers.SetCookie = new StringValues([.. others, cookie]);
            return Task.CompletedTask;
        });
    }
}
