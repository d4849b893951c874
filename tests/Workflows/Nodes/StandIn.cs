using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Tests.Nodes;

/// <summary>
/// Stands in for a service: gives the answers of a fixture's <c>exchanges</c> one after the other and remembers what it was asked. A <c>request</c> says
/// <c>method</c>, <c>path</c> with the query as it is sent, the <c>headers</c> that matter and the <c>body</c>: JSON, or text for what is none.
/// </summary>
internal sealed class StandIn : IAsyncDisposable
{
    private readonly ConcurrentQueue<JsObject> _asked = new();
    private readonly WebApplication _server;
    private JsArray _exchanges = [];
    private int _next = -1;

    private StandIn(WebApplication server) => _server = server;

    public string Url => _server.Urls.First();

    public static async Task<StandIn> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var standIn = new StandIn(builder.Build());
        standIn._server.Run(standIn.AnswerAsync);
        await standIn._server.StartAsync();
        return standIn;
    }

    public void Expect(JsArray exchanges) => _exchanges = exchanges;

    /// <summary>Whether it was asked exactly what the fixture says.</summary>
    public void ShouldHaveBeenAskedAsExpected(string name)
    {
        var expected = _exchanges.Select(e => e.AsObject!["request"].AsObject!).ToList();
        var asked = _asked.ToList();
        for (var i = 0; i < Math.Min(asked.Count, expected.Count); i++)
        {
            var seen = new JsObject { ["method"] = asked[i]["method"], ["path"] = asked[i]["path"] };
            if (expected[i]["headers"].AsObject is { } wanted)
            {
                var headers = new JsObject();
                foreach (var (header, _) in wanted) headers.Set(header, asked[i]["headers"].AsObject![header]);
                seen.Set("headers", headers);
            }

            if (!expected[i]["body"].IsUndefined || asked[i]["body"].AsString is not "") seen.Set("body", asked[i]["body"]);
            JsJson.WriteString(seen).ShouldBe(JsJson.WriteString(expected[i]), $"{name}, request {i}");
        }

        asked.Count.ShouldBe(expected.Count, name);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var text = await reader.ReadToEndAsync();
        var headers = new JsObject();
        foreach (var (name, value) in context.Request.Headers) headers.Set(name.ToLowerInvariant(), value.ToString());
        _asked.Enqueue(new JsObject
        {
            ["method"] = context.Request.Method,
            ["path"] = context.Features.Get<IHttpRequestFeature>()!.RawTarget,
            ["headers"] = headers,
            ["body"] = text.Length > 0 && context.Request.HasJsonContentType() ? JsJson.Parse(text) : text,
        });
        var at = Interlocked.Increment(ref _next);
        var answer = (at < _exchanges.Count ? _exchanges[at].AsObject!["response"].AsObject : null) ?? new JsObject { ["status"] = at < _exchanges.Count ? 200 : 599 };
        context.Response.StatusCode = answer["status"].IsNumber ? (int)answer["status"].AsNumber : 200;
        foreach (var (name, value) in answer["headers"].AsObject ?? new JsObject()) context.Response.Headers[name] = value.AsString;
        if (answer["body"].IsUndefined) return;
        context.Response.ContentType ??= answer["body"].IsString ? "text/plain" : "application/json";
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(answer["body"].AsString ?? JsJson.WriteString(answer["body"])));
    }
}
