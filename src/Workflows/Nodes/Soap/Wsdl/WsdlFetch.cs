using Sluice.Workflows.Nodes.HttpRequest;

namespace Sluice.Workflows.Nodes.Soap.Wsdl;

/// <summary>Fetches a WSDL with all that it imports.</summary>
internal static class WsdlFetch
{
    private const int MostBytes = 32 << 20;
    private const int MostRedirects = 5;

    public static async Task<WsdlDocuments> AllAsync(string location, Func<string, Task<byte[]>> fetch)
    {
        var documents = new WsdlDocuments(location);
        while (documents.Next is { } next) documents.Give(await fetch(next));
        return documents;
    }

    /// <exception cref="WsdlException">The server did not give it.</exception>
    public static async Task<byte[]> OneAsync(OutgoingHttp http, HttpRoute route, string location, CancellationToken cancel)
    {
        var url = new Uri(location);
        for (var left = MostRedirects; ; left--)
        {
            using var message = new HttpRequestMessage(HttpMethod.Get, url);
            message.Headers.TryAddWithoutValidation("User-Agent", "sluice");
            using var response = await http.SendAsync(route, message, cancel);
            if ((int)response.StatusCode is 301 or 302 or 303 or 307 or 308 && response.Headers.Location is { } to)
            {
                url = new Uri(url, to);
                if (left == 0 || url.Scheme is not ("http" or "https")) throw new WsdlException($"{location} leads to {url}, which is not followed");
                continue;
            }

            if (!response.IsSuccessStatusCode) throw new WsdlException($"{location} is answered with status code {(int)response.StatusCode}");
            try
            {
                return (await HttpAnswer.ReadAsync(response, MostBytes, cancel)).Body;
            }
            catch (NodeException e)
            {
                throw new WsdlException($"{location}: {e.Message}", e);
            }
        }
    }
}
