using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Sluice.Testing;

/// <summary>A request as the HTTP layer hands it over, made by hand.</summary>
internal static class RequestFeatures
{
    public static IFeatureCollection Make(string method, string target, (string Name, string Value)[] headers, string? body, Stream response, List<UpstreamCall> calls)
    {
        var fields = new HeaderDictionary { ["Host"] = "gateway.test" };
        foreach (var (name, value) in headers)
            fields[name] = name.Equals("Host", StringComparison.OrdinalIgnoreCase) ? value : StringValues.Concat(fields[name], value);
        var bytes = body is null ? [] : Encoding.UTF8.GetBytes(body);
        if (body is not null) fields.ContentLength ??= bytes.Length;
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(new HttpRequestFeature
        {
            Method = method,
            Protocol = HttpProtocol.Http11,
            Scheme = "http",
            RawTarget = target,
            Path = mark < 0 ? target : target[..mark],
            QueryString = mark < 0 ? "" : target[mark..],
            Headers = fields,
            Body = new MemoryStream(bytes),
        });
        features.Set<IHttpResponseFeature>(new HttpResponseFeature());
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(response));
        features.Set<IHttpConnectionFeature>(new HttpConnectionFeature
        {
            ConnectionId = "test",
            RemoteIpAddress = IPAddress.Loopback,
            RemotePort = 40000,
            LocalIpAddress = IPAddress.Loopback,
            LocalPort = 8000,
        });
        features.Set<IHttpRequestLifetimeFeature>(new HttpRequestLifetimeFeature());
        features.Set(new UpstreamCalls(calls));
        return features;
    }
}
