using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Routing;
using Sluice.Gateway.Routing.Expressions;
using Sluice.Gateway.Snapshot;

namespace Sluice.Fuzz.Targets;

/// <summary>Kong's expressions: they are read or refused, and a router of what was read answers.</summary>
internal sealed class RouteExpressionTarget() : FuzzTarget("expression")
{
    public override IReadOnlyList<byte[]> Pieces { get; } = AllOf(
        "(", ")", "!(", " && ", " || ", " == ", " != ", " ~ ", " ^= ", " =^ ", " contains ", " in ", " not in ", "\"", "r#\"", "\"#", "lower(", "any(", "http.path", "http.headers.x", "http.queries.a",
        "http.path.segments[0]", "http.path.segments[1_3]", "net.src.ip", "10.0.0.0/8", "1", "99999999999999999999", "tls.sni", "\\", "é", "\0");

    protected override IEnumerable<byte[]> Samples => AllOf(
        "http.path ^= \"/a\" && (http.method == \"GET\" || http.host =^ \".test\")",
        "lower(http.headers.x_y) ~ r#\"^a.*b$\"# && !(net.src.ip in 10.0.0.0/8)",
        "any(http.queries.q) contains \"x\" && http.path.segments[0_2] == \"a/b/c\" && net.dst.port >= 8000",
        "tls.sni == \"a.test\" || http.path.segments.len > 2");

    protected override void Run(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        var expression = RouteExpression.TryParse(text, out var error);
        (expression is null).ShouldBe(error is not null, "an error exactly where there is no expression");
        if (expression is null) return;
        var route = new RouteModel { Config = new RouteConfig { Id = Guid.NewGuid(), Name = "r", Expression = text }, Service = null };
        var router = RouterFactory.Build(RouterFlavor.Expressions, [route]);
        var headers = new HeaderDictionary { ["x-y"] = "AxB", ["x"] = "1" };
        foreach (var path in (string[])["/", "/a/b/c", "/é"])
            router.Match(new RouteQuery("GET", "http", "a.test:8000", path, "?q=x&a=b", null, headers)
            {
                Source = new IPEndPoint(IPAddress.Loopback, 1),
                Destination = new IPEndPoint(IPAddress.IPv6Loopback, 8000),
            });
    }
}
