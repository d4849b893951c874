using System.Net.Http.Headers;
using System.Text;

namespace Sluice.Gateway.Plugins.IdentityProviders;

/// <summary>Who the gateway is to an identity provider, and how it says so (RFC 6749 section 2.3).</summary>
/// <param name="id">The client id; null when it says nothing of itself.</param>
/// <param name="secret">The client's secret.</param>
/// <param name="method"><c>client_secret_basic</c>, <c>client_secret_post</c> or <c>none</c>.</param>
internal sealed class ProviderCredentials(string? id, string? secret, string method)
{
    public string? Id => id;

    /// <summary>A form for <paramref name="endpoint"/>, with these credentials.</summary>
    public HttpRequestMessage Post(Uri endpoint, IEnumerable<KeyValuePair<string, string>> form)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, endpoint);
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        if (id is not null && secret is not null && method is "client_secret_basic")
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Escape(id)}:{Escape(secret)}")));
        else if (id is not null)
            form = secret is null || method is "none" ? [.. form, new("client_id", id)] : [.. form, new("client_id", id), new("client_secret", secret)];
        request.Content = new FormUrlEncodedContent(form);
        return request;
    }

    private static string Escape(string text) => Uri.EscapeDataString(text).Replace("%20", "+", StringComparison.Ordinal);
}
