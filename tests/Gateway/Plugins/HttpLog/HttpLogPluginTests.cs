using System.Net;
using System.Text;
using System.Text.Json;
using Sluice.Gateway.Plugins.HttpLog;
using Sluice.Gateway.Plugins.Logging;

namespace Sluice.Gateway.Tests.Plugins.HttpLog;

public sealed class HttpLogPluginTests : IDisposable
{
    private readonly HttpListener server;
    private readonly string address;

    public HttpLogPluginTests()
    {
        for (var attempt = 0; ; attempt++)
        {
            // Below the ports that the system gives out by itself. A listener that could not start is disposed of.
            address = $"http://127.0.0.1:{Random.Shared.Next(20000, 32000)}/";
            server = new HttpListener { Prefixes = { address } };
            try
            {
                server.Start();
                return;
            }
            catch (HttpListenerException) when (attempt < 20)
            {
                // The port is taken: another one.
            }
        }
    }

    public void Dispose() => server.Close();

    [Fact]
    public async Task Times_too_long_for_a_timer_are_long_ones()
    {
        var queue = new QueueConfig { MaxBatchSize = 2, MaxRetryTime = 1e300 };
        var harness = new PluginHarness().Use("http-log", new HttpLogConfig { HttpEndpoint = address, FlushTimeout = 1e300, Queue = queue });
        await harness.SendAsync("/1");
        await harness.SendAsync("/2");
        (await ReceiveAsync()).Body.ShouldStartWith("[{");
    }

    [Fact]
    public async Task An_entry_is_posted_without_the_endpoints_query()
    {
        var config = new HttpLogConfig
        {
            HttpEndpoint = address.Replace("//", "//user:pass@", StringComparison.Ordinal) + "log?x=1",
            Method = "PUT",
            Headers = new Dictionary<string, string> { ["X-Sink"] = "s" },
        };
        var harness = new PluginHarness().Use("http-log", config);
        await harness.SendAsync("/p?a=1");
        var (request, body) = await ReceiveAsync();
        request.HttpMethod.ShouldBe("PUT");
        request.RawUrl.ShouldBe("/log");
        request.ContentType.ShouldBe("application/json");
        request.Headers["X-Sink"].ShouldBe("s");
        request.Headers["Authorization"].ShouldBe("Basic " + Convert.ToBase64String("user:pass"u8));
        JsonDocument.Parse(body).RootElement.GetProperty("request").GetProperty("uri").GetString().ShouldBe("/p?a=1");
        harness.Snapshot.Lease.Dispose();
    }

    [Fact]
    public async Task Batches_are_arrays_and_failures_are_repeated()
    {
        var config = new HttpLogConfig { HttpEndpoint = address, Queue = new() { MaxBatchSize = 2, MaxCoalescingDelay = 60, InitialRetryDelay = 0.001 } };
        var harness = new PluginHarness().Use("http-log", config);
        await harness.SendAsync("/1");
        await harness.SendAsync("/2");
        var (_, refused) = await ReceiveAsync(status: 500);
        var retry = ReceiveAsync();
        for (var i = 0; i < 2000 && !retry.IsCompleted; i++)
        {
            harness.Time.Advance(TimeSpan.FromMilliseconds(5));
            await Task.WhenAny(retry, Task.Delay(10));
        }

        var (_, accepted) = await retry;
        accepted.ShouldBe(refused);
        JsonDocument.Parse(accepted).RootElement.GetArrayLength().ShouldBe(2);
        harness.Snapshot.Lease.Dispose();
    }

    [Theory]
    [InlineData("nonsense", null, "http_endpoint: must be an http or https URL with a host")]
    [InlineData("ftp://a.test", null, "http_endpoint: must be an http or https URL with a host")]
    [InlineData("http://a.test", "Host", "headers: cannot contain 'Host' header")]
    [InlineData("http://a.test", "content-type", "headers: cannot contain 'Content-Type' header")]
    [InlineData("http://u:p@a.test", "authorization", "headers: specifying both an 'Authorization' header and user info in 'http_endpoint' is not allowed")]
    [InlineData("http://u:p@a.test", "X-A", null)]
    public void Endpoints_and_fields_are_checked(string endpoint, string? header, string? expected)
    {
        var problems = new List<string>();
        new HttpLogConfig { HttpEndpoint = endpoint, Headers = header is null ? null : new Dictionary<string, string> { [header] = "v" } }
            .Check((field, message) => problems.Add($"{field}: {message}"));
        problems.ShouldBe(expected is null ? [] : [expected]);
    }

    private async Task<(HttpListenerRequest Request, string Body)> ReceiveAsync(int status = 200)
    {
        var context = await server.GetContextAsync().WaitAsync(Eventually.Patience);
        using var reader = new StreamReader(context.Request.InputStream, Encoding.UTF8);
        var body = await reader.ReadToEndAsync();
        context.Response.StatusCode = status;
        context.Response.Close();
        return (context.Request, body);
    }
}
