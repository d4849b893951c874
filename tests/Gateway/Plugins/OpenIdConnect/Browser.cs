using System.Net;

namespace Sluice.Gateway.Tests.Plugins.OpenIdConnect;

/// <summary>What a browser does: keeps the gateway's cookies, and follows the provider's redirections until one leads back to the gateway.</summary>
internal sealed class Browser(PluginHarness gateway) : IDisposable
{
    private readonly Dictionary<string, string> cookies = new(StringComparer.Ordinal);
    private readonly HttpClient provider = new(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() });

    /// <summary>The gateway's cookies.</summary>
    public Dictionary<string, string> Cookies => cookies;

    public async Task<PluginResult> GetAsync(string target, string method = "GET")
    {
        (string, string)[] headers = cookies.Count == 0 ? [] : [("Cookie", string.Join("; ", cookies.Select(c => $"{c.Key}={c.Value}")))];
        var result = await gateway.SendAsync(target, method, headers);
        foreach (var line in result.Exchange.Response.Headers.SetCookie)
        {
            var pair = line!.Split(';')[0].Split('=', 2);
            if (line.Contains("Max-Age=0", StringComparison.Ordinal)) cookies.Remove(pair[0]);
            else cookies[pair[0]] = pair[1];
        }

        return result;
    }

    /// <summary>Goes where the gateway sends it, until the provider sends it back; gives the path and query at the gateway.</summary>
    public async Task<string> AtProviderAsync(string location)
    {
        for (var hop = 0; hop < 12; hop++)
        {
            if (location.StartsWith("http://gateway.test/", StringComparison.Ordinal)) return location["http://gateway.test".Length..];
            using var answer = await provider.GetAsync(new Uri(location));
            if (answer.Headers.Location is not { } next) throw new InvalidOperationException($"{location}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
            location = new Uri(new Uri(location), next).AbsoluteUri;
        }

        throw new InvalidOperationException("the provider does not send the browser back");
    }

    /// <summary>Logs in on the way to <paramref name="target"/>.</summary>
    public async Task<PluginResult> LogInAsync(string target)
    {
        var asked = await GetAsync(target);
        asked.Status.ShouldBe(302);
        return await GetAsync(await AtProviderAsync(asked.Header("Location")!));
    }

    public void Dispose() => provider.Dispose();
}
