using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Tests.Connections;

namespace Sluice.Workflows.Tests.Nodes.HttpRequest;

public sealed class HttpRequestTests : IAsyncLifetime
{
    private WebApplication _server = null!;
    private string _url = "";

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        _server.Map("/echo", (Delegate)Echo);
        _server.Map("/list", () => Results.Json(new[] { new { n = 1 }, new { n = 2 } }));
        _server.Map("/text", () => Results.Text("hello", "text/plain"));
        _server.Map("/file", () => Results.File(Encoding.ASCII.GetBytes("%PDF"), "application/pdf", "a.pdf"));
        _server.Map("/type", (HttpContext c) => Results.Text(c.Request.Query["b"].ToString(), c.Request.Query["t"] is [{ } type] ? type : "text/plain"));
        _server.Map("/blank", () => Results.Text("", "application/json"));
        _server.Map("/cursor", (HttpContext c) => Results.Json(new { query = c.Request.QueryString.Value ?? "", next = c.Request.Query["after"].ToString() switch { "" => 1, "1" => 2, _ => 0 } }));
        _server.Map("/broken", () => Results.Text("{", "application/json"));
        _server.Map("/status/{code:int}", (int code) => Results.Json(new { why = "because" }, statusCode: code));
        _server.Map("/redirect/{code:int}", (int code, HttpContext c) =>
        {
            c.Response.StatusCode = code;
            c.Response.Headers.Location = "/echo?redirected=1";
        });
        _server.Map("/away", (HttpContext c) => c.Response.Redirect(_url.Replace("127.0.0.1", "localhost") + "/echo"));
        _server.Map("/slow", async (HttpContext c) => await Task.Delay(Timeout.Infinite, c.RequestAborted));
        _server.Map("/pages", (int page) => Results.Json(new { rows = page < 3 ? new[] { page } : [], next = page < 2 ? $"/pages?page={page + 1}" : "" }));
        _server.Map("/endless", async (HttpContext c) =>
        {
            while (!c.RequestAborted.IsCancellationRequested) await c.Response.Body.WriteAsync(new byte[64 * 1024]);
        });
        await _server.StartAsync();
        _url = _server.Urls.First();
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Sends_query_header_fields_and_json()
    {
        var echo = await OneAsync("""
            {"method": "POST", "url": "URL/echo?x=1", "sendQuery": true, "queryParameters": {"parameters": [{"name": "q", "value": "={{ $json.q }}"}, {"name": "l", "value": "={{ [1, 2] }}"}]},
             "sendHeaders": true, "headerParameters": {"parameters": [{"name": "X-Test", "value": "a"}, {"name": "Content-Type", "value": "application/vnd.x+json"}]},
             "sendBody": true, "bodyParameters": {"parameters": [{"name": "a.b", "value": "={{ $json.q.length }}"}]}}
            """, """[{"q": "ä b"}]""");
        echo["method"].AsString.ShouldBe("POST");
        echo["query"].AsString.ShouldBe("?x=1&q=%C3%A4%20b&l%5B0%5D=1&l%5B1%5D=2");
        echo["x-test"].AsString.ShouldBe("a");
        echo["body"].AsString.ShouldBe("""{"a":{"b":3}}""");
        echo["content-type"].AsString.ShouldBe("application/vnd.x+json");
    }

    [Theory]
    [InlineData("""{"requestMethod": "POST", "url": "URL/echo", "jsonParameters": true, "bodyParametersJson": "={\"a\": {{ $json.n }}}", "headerParametersJson": "{\"X-Test\": \"t\"}", "queryParametersJson": "{\"q\": 1}", "options": {}}""", "application/json", """{"a":1}""", "?q=1")]
    [InlineData("""{"requestMethod": "POST", "url": "URL/echo", "bodyParametersUi": {"parameter": [{"name": "a", "value": "b c"}]}, "headerParametersUi": {"parameter": [{"name": "X-Test", "value": "t"}]}, "queryParametersUi": {"parameter": [{"name": "q", "value": "1"}]}, "options": {"bodyContentType": "form-urlencoded", "timeout": 10000}}""", "application/x-www-form-urlencoded", "a=b%20c", "?q=1")]
    [InlineData("""{"requestMethod": "PUT", "url": "URL/echo", "jsonParameters": true, "bodyParametersJson": "{\"a\": \"b c\"}", "headerParametersJson": "{\"X-Test\": \"t\"}", "options": {"bodyContentType": "form-urlencoded"}}""", "application/x-www-form-urlencoded", "a=b%20c", "")]
    [InlineData("""{"requestMethod": "POST", "url": "URL/echo", "jsonParameters": true, "bodyParametersJson": "=n{{ $json.n }}", "headerParametersJson": "{\"X-Test\": \"t\"}", "options": {"bodyContentType": "raw", "bodyContentCustomMimeType": "text/csv"}}""", "text/csv", "n1", "")]
    [InlineData("""{"requestMethod": "POST", "url": "URL/echo", "jsonParameters": true, "sendBinaryData": true, "binaryPropertyName": "data", "headerParametersJson": "{\"X-Test\": \"t\"}", "options": {"bodyContentType": "raw"}}""", "text/plain", "file", "")]
    public async Task Takes_the_parameters_of_before_version_3(string parameters, string type, string body, string query)
    {
        var echo = await OneAsync(parameters, """[{"$json": {"n": 1}, "$binary": {"data": "file"}}]""", node: """{"type": "n8n-nodes-base.httpRequest", "typeVersion": 1}""");
        echo["content-type"].AsString.ShouldBe(type);
        echo["body"].AsString.ShouldBe(body);
        echo["x-test"].AsString.ShouldBe("t");
        echo["query"].AsString.ShouldBe(query);
    }

    /// <summary>What n8n 1.121 gives for them.</summary>
    [Theory]
    [InlineData("""{"url": "URL/type?b=", "options": {}}""", "[{}]")]
    [InlineData("""{"url": "URL/type?b=null&t=application/json", "options": {}}""", "[{}]")]
    [InlineData("""{"url": "URL/type?b=[{},null]&t=application/json", "options": {}}""", "[{},{}]")]
    [InlineData("""{"url": "URL/type?b=%EF%BB%BF{}&t=application/json", "options": {}}""", "[{}]")]
    [InlineData("""{"url": "URL/type?b=%EF%BB%BFx", "options": {}}""", """[{"data":"x"}]""")]
    [InlineData("""{"url": "URL/type?b={bad&t=application/json", "options": {"response": {"response": {"neverError": true}}}}""", "[{}]")]
    [InlineData("""{"url": "URL/echo", "options": {"response": {"response": {"responseFormat": "json"}}}}""", "application/json,text/*;q=0.99")]
    [InlineData("""{"url": "URL/echo", "sendHeaders": true, "headerParameters": {"parameters": [{"name": "x-test", "value": "={{ null }}"}]}, "options": {}}""", "!x-test")]
    public async Task Reads_answers_as_n8n_does(string parameters, string expected)
    {
        var items = await RunAsync(parameters);
        if (expected[0] is '[') Runs.Workflows.Show(items).ShouldBe(expected);
        else if (expected[0] is '!') items[0].Json[expected[1..]].IsUndefined.ShouldBeTrue();
        else items[0].Json["accept"].AsString.ShouldBe(expected);
    }

    [Fact]
    public async Task What_failed_says_how_where_the_workflow_goes_on()
    {
        var error = (await RunAsync("""{"url": "URL/status/404", "options": {}}""", node: """{"onError": "continueRegularOutput"}"""))[0].Json["error"].AsObject!;
        (error["status"].AsNumber, error["statusCode"].AsNumber, error["code"].AsString, error["name"].AsString).ShouldBe((404, 404, "ERR_BAD_REQUEST", "AxiosError"));
        error["message"].AsString.ShouldBe("""404 - "{\"why\":\"because\"}" """.TrimEnd());
    }

    [Fact]
    public async Task Stops_asking_for_pages_when_the_answers_stay_the_same()
    {
        var failure = await Should.ThrowAsync<NodeException>(() => RunAsync("""{"url": "URL/list", "options": {"pagination": {"pagination": {"parameters": {"parameters": [{"name": "page", "value": "={{ $pageCount }}"}]}, "paginationCompleteWhen": "other", "completeExpression": "={{ false }}"}}}}"""));
        failure.Message.ShouldContain("the same 5 times");
    }

    [Fact]
    public async Task Before_version_3_files_need_a_body_that_can_have_them() => await Should.ThrowAsync<NodeException>(() => RunAsync(
        """{"requestMethod": "POST", "url": "URL/echo", "jsonParameters": true, "sendBinaryData": true, "options": {}}""", """[{"$binary": {"data": "file"}}]""", node: """{"type": "n8n-nodes-base.httpRequest", "typeVersion": 1}"""));

    [Fact]
    public async Task Answers_are_read_as_before_version_3()
    {
        (await RunAsync("""{"url": "URL/text", "responseFormat": "string", "dataPropertyName": "page", "options": {}}""", node: """{"type": "n8n-nodes-base.httpRequest", "typeVersion": 2}""")).ShouldHaveSingleItem().Json["page"].AsString.ShouldBe("hello");
        var failed = (await RunAsync("""{"url": "URL/status/404", "options": {"ignoreResponseCode": true, "fullResponse": true}}""", node: """{"type": "n8n-nodes-base.httpRequest", "typeVersion": 1}""")).ShouldHaveSingleItem().Json;
        failed["statusCode"].AsNumber.ShouldBe(404);
        failed["body"].AsObject!["why"].AsString.ShouldBe("because");
    }

    [Theory]
    [InlineData("""{"contentType": "json", "specifyBody": "json", "jsonBody": "={{ JSON.stringify({a: $json.n}) }}"}""", "application/json", """{"a":1}""")]
    [InlineData("""{"contentType": "json", "specifyBody": "json", "jsonBody": {"a": "={{ $json.n }}"}}""", "application/json", """{"a":1}""")]
    [InlineData("""{"contentType": "form-urlencoded", "bodyParameters": {"parameters": [{"name": "a", "value": "b c"}]}}""", "application/x-www-form-urlencoded", "a=b%20c")]
    [InlineData("""{"contentType": "raw", "rawContentType": "text/csv", "body": "=n{{ $json.n }}"}""", "text/csv", "n1")]
    [InlineData("""{"contentType": "binaryData", "inputDataFieldName": "data"}""", "text/plain", "file")]
    public async Task Sends_every_kind_of_body(string body, string type, string expected)
    {
        var parameters = JsJson.Parse(body).AsObject!;
        parameters.Set("url", _url + "/echo");
        parameters.Set("method", "PUT");
        parameters.Set("sendBody", true);
        var echo = await OneAsync(JsJson.WriteString(parameters), """[{"$json": {"n": 1}, "$binary": {"data": "file"}}]""");
        echo["content-type"].AsString.ShouldBe(type);
        echo["body"].AsString.ShouldBe(expected);
    }

    [Fact]
    public async Task Sends_forms_with_files()
    {
        var echo = await OneAsync("""
            {"method": "POST", "url": "URL/echo", "sendBody": true, "contentType": "multipart-form-data",
             "bodyParameters": {"parameters": [{"name": "a", "value": "b"}, {"name": "f", "parameterType": "formBinaryData", "inputDataFieldName": "data"}]}}
            """, """[{"$binary": {"data": {"text": "inside", "fileName": "x\"y.txt"}}}]""");
        var body = echo["body"].AsString!;
        body.ShouldContain("name=\"a\"");
        body.ShouldContain("filename=\"x%22y.txt\"");
        body.ShouldContain("inside");
    }

    [Fact]
    public async Task A_list_becomes_items_and_others_become_what_they_are()
    {
        Runs.Workflows.Show(await RunAsync("""{"url": "URL/list"}""")).ShouldBe("""[{"n":1},{"n":2}]""");
        Runs.Workflows.Show(await RunAsync("""{"url": "URL/text"}""")).ShouldBe("""[{"data":"hello"}]""");
        var file = (await RunAsync("""{"url": "URL/file"}""")).ShouldHaveSingleItem().Binary!["data"];
        (file.FileName, file.MimeType, file.Size).ShouldBe(("a.pdf", "application/pdf", 4));
        var full = (await RunAsync("""{"url": "URL/text", "options": {"response": {"response": {"fullResponse": true, "responseFormat": "text", "outputPropertyName": "t"}}}}""")).ShouldHaveSingleItem().Json;
        full["t"].AsString.ShouldBe("hello");
        full["statusCode"].AsNumber.ShouldBe(200);
        full["headers"].AsObject!["content-type"].AsString.ShouldStartWith("text/plain");
    }

    [Fact]
    public async Task Fails_with_status_and_body()
    {
        var failure = await Should.ThrowAsync<NodeException>(() => RunAsync("""{"url": "URL/status/404"}"""));
        (failure.Message, failure.Code, failure.Retryable).ShouldBe(("Request failed with status code 404", "404", false));
        failure.Details.AsObject!["why"].AsString.ShouldBe("because");
        (await Should.ThrowAsync<NodeException>(() => RunAsync("""{"url": "URL/status/503"}"""))).Retryable.ShouldBeTrue();
        Runs.Workflows.Show(await RunAsync("""{"url": "URL/status/404", "options": {"response": {"response": {"neverError": true}}}}""")).ShouldBe("""[{"why":"because"}]""");
        (await Should.ThrowAsync<NodeException>(() => RunAsync("""{"url": "URL/broken"}"""))).Message.ShouldContain("not valid JSON");
        (await Should.ThrowAsync<NodeException>(() => RunAsync("""{"url": "ftp://x"}"""))).Message.ShouldContain("no address");
        (await Should.ThrowAsync<NodeException>(() => RunAsync("""{"url": "http://127.0.0.1:1/"}"""))).Message.ShouldContain("did not answer");
    }

    [Theory]
    [InlineData(302, "GET", "")]
    [InlineData(303, "GET", "")]
    [InlineData(307, "POST", """{"a":"b"}""")]
    public async Task Follows_redirects_as_browsers_do(int status, string method, string body)
    {
        var echo = await OneAsync("""{"method": "POST", "url": "URL/redirect/STATUS", "sendBody": true, "bodyParameters": {"parameters": [{"name": "a", "value": "b"}]}}""".Replace("STATUS", $"{status}"));
        (echo["method"].AsString, echo["query"].AsString, echo["body"].AsString).ShouldBe((method, "?redirected=1", body));
    }

    [Fact]
    public async Task Does_not_follow_redirects_when_told_so_and_keeps_secrets_from_other_hosts()
    {
        var stays = await RunAsync("""{"url": "URL/redirect/302", "options": {"redirect": {"redirect": {"followRedirects": false}}, "response": {"response": {"fullResponse": true, "neverError": true}}}}""");
        stays[0].Json["statusCode"].AsNumber.ShouldBe(302);
        (await Should.ThrowAsync<NodeException>(() => RunAsync("""{"url": "URL/redirect/302", "options": {"redirect": {"redirect": {"followRedirects": false}}}}"""))).Message.ShouldContain("302");
        (await OneAsync("""{"url": "URL/redirect/302", "sendHeaders": true, "headerParameters": {"parameters": [{"name": "Authorization", "value": "Bearer x"}]}}"""))["authorization"].AsString.ShouldBe("Bearer x");
        (await OneAsync("""{"url": "URL/away", "sendHeaders": true, "headerParameters": {"parameters": [{"name": "Authorization", "value": "Bearer x"}]}}"""))["authorization"].IsUndefined.ShouldBeTrue();
    }

    [Fact]
    public async Task Gives_up_in_time()
    {
        (await Should.ThrowAsync<NodeException>(() => RunAsync("""{"url": "URL/slow", "options": {"timeout": 30}}"""))).Message.ShouldEndWith("did not answer within 30 ms");
        (await Should.ThrowAsync<NodeException>(() => RunAsync("""{"url": "URL/endless"}""", services: new NodeServices { Http = new OutgoingHttp { MaximumResponse = 1_000_000 } }))).Message.ShouldContain("longer than 1000000 bytes");
    }

    [Theory]
    [InlineData("""{"paginationMode": "updateAParameterInEachRequest", "parameters": {"parameters": [{"name": "page", "value": "={{ $pageCount }}"}]}, "paginationCompleteWhen": "other", "completeExpression": "={{ $response.body.rows.length === 0 }}"}""", 4)]
    [InlineData("""{"paginationMode": "updateAParameterInEachRequest", "parameters": {"parameters": [{"name": "page", "value": "={{ $pageCount }}"}]}, "limitPagesFetched": true, "maxRequests": 2}""", 2)]
    [InlineData("""{"paginationMode": "responseContainsNextURL", "nextURL": "={{ $response.body.next }}"}""", 3)]
    public async Task Asks_for_further_pages(string pagination, int pages)
    {
        var items = await RunAsync("""{"url": "URL/pagesFIRST", "options": {"pagination": {"pagination": PAGES}}}""".Replace("FIRST", pagination.Contains("nextURL") ? "?page=0" : "").Replace("PAGES", pagination));
        items.Count.ShouldBe(pages);
    }

    [Fact]
    public async Task Many_items_are_sent_side_by_side_and_come_back_in_order()
    {
        var input = new JsArray([.. Enumerable.Range(0, 120).Select(i => (JsValue)new JsObject { ["n"] = i })]);
        var items = await RunAsync("""{"url": "=URL/echo?n={{ $json.n }}"}""", JsJson.WriteString(input));
        items.Select(i => i.Json["query"].AsString).ShouldBe(Enumerable.Range(0, 120).Select(i => $"?n={i}"));
        items[100].PairedItems.ShouldBe([new PairedItem(100)]);
    }

    [Fact]
    public async Task Runs_for_tenants_reach_public_addresses_only()
    {
        var services = new NodeServices { GuardsAddresses = _ => true };
        (await Should.ThrowAsync<NodeException>(() => RunAsync("""{"url": "URL/list"}""", services: services))).Message.ShouldBe("'127.0.0.1' is not a public address");
        (await Should.ThrowAsync<NodeException>(() => RunAsync("""{"url": "URL/list"}""".Replace("URL", _url.Replace("127.0.0.1", "localhost")), services: services))).Message.ShouldBe("'localhost' is not a public address");
        var allowed = new NodeServices { GuardsAddresses = _ => true, Http = new OutgoingHttp { Allowed = IPAddress.IsLoopback } };
        (await RunAsync("""{"url": "URL/list"}""", services: allowed)).Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("2606:4700::1", true)]
    [InlineData("10.1.2.3", false)]
    [InlineData("172.31.0.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("fe80::1", false)]
    public void Knows_public_addresses(string address, bool isPublic) => PublicAddress.Is(IPAddress.Parse(address)).ShouldBe(isPublic);

    [Theory]
    [InlineData("httpBasicAuth", """{"user": "u", "password": "p"}""", "Basic dTpw")]
    [InlineData("httpBearerAuth", """{"token": "t"}""", "Bearer t")]
    [InlineData("httpHeaderAuth", """{"name": "Authorization", "value": "own"}""", "own")]
    [InlineData("httpCustomAuth", """{"headers": {"authorization": "custom"}}""", "custom")]
    public async Task Uses_connections(string kind, string fields, string expected)
    {
        var services = new NodeServices { Connections = new OneConnection(kind, fields) };
        var echo = (await RunAsync("""{"url": "URL/echo", "authentication": "genericCredentialType", "genericAuthType": "KIND"}""".Replace("KIND", kind), services: services, node: """{"credentials": {"KIND": {"id": "7", "name": "mine"}}}""".Replace("KIND", kind)))[0].Json;
        echo["authorization"].AsString.ShouldBe(expected);
    }

    /// <summary>Parameters of older versions, and what n8n 2.41 sends for them.</summary>
    [Theory]
    [InlineData(1, """{"requestMethod": "POST", "url": "URL/echo", "options": {}, "bodyParametersUi": {"parameter": [{"name": "a.b", "value": "={{ $json.n }}"}, {"name": "c", "value": "x"}]}, "headerParametersUi": {"parameter": [{"name": "X-Test", "value": "h"}]}, "queryParametersUi": {"parameter": [{"name": "q", "value": "1"}, {"name": "q", "value": "2"}]}}""", "POST", "?q%5B0%5D=1&q%5B1%5D=2", """{"a.b":1,"c":"x"}""")]
    [InlineData(2, """{"requestMethod": "PUT", "url": "URL/echo", "jsonParameters": true, "options": {}, "bodyParametersJson": "={\"a\": {{ $json.n }}}", "queryParametersJson": "{\"q\": [1, 2]}", "headerParametersJson": "={{ {'X-Test': 'h'} }}"}""", "PUT", "?q%5B0%5D=1&q%5B1%5D=2", """{"a":1}""")]
    [InlineData(1, """{"requestMethod": "POST", "url": "URL/echo", "jsonParameters": true, "options": {"bodyContentType": "raw", "bodyContentCustomMimeType": "text/xml", "useQueryString": true}, "bodyParametersJson": "=<n>{{ $json.n }}</n>", "queryParametersJson": "{\"q\": [1, 2]}", "headerParametersJson": "{\"X-Test\": \"h\"}"}""", "POST", "?q=1&q=2", "<n>1</n>")]
    [InlineData(1, """{"requestMethod": "POST", "url": "URL/echo", "options": {"bodyContentType": "form-urlencoded"}, "bodyParametersUi": {"parameter": [{"name": "a", "value": "b c"}]}, "headerParametersUi": {"parameter": [{"name": "x-test", "value": "h"}]}}""", "POST", "", "a=b%20c")]
    [InlineData(2, """{"requestMethod": "POST", "url": "URL/echo", "jsonParameters": true, "options": {"bodyContentType": "form-urlencoded"}, "bodyParametersJson": "{\"a\": {\"b\": [1]}}", "headerParametersJson": "{\"x-test\": \"h\"}"}""", "POST", "", "a%5Bb%5D%5B0%5D=1")]
    [InlineData(1, """{"requestMethod": "PATCH", "url": "URL/echo", "jsonParameters": true, "sendBinaryData": true, "options": {"bodyContentType": "raw"}, "headerParametersJson": "{\"x-test\": \"h\"}"}""", "PATCH", "", "file")]
    [InlineData(1, """{"url": "URL/echo", "options": {}, "headerParametersUi": {"parameter": [{"name": "x-test", "value": "h"}]}}""", "GET", "", "")]
    [InlineData(3, """{"method": "POST", "url": "URL/echo", "sendBody": true, "bodyParameters": {"parameters": [{"name": "a.b", "value": "1"}]}, "sendHeaders": true, "headerParameters": {"parameters": [{"name": "x-test", "value": "h"}]}, "options": {}}""", "POST", "", """{"a.b":"1"}""")]
    [InlineData(4.1, """{"url": "URL/echo", "sendQuery": true, "queryParameters": {"parameters": [{"name": "q", "value": "1"}, {"name": "q", "value": "2"}]}, "sendHeaders": true, "headerParameters": {"parameters": [{"name": "x-test", "value": "h"}]}, "options": {}}""", "GET", "?q=2", "")]
    [InlineData(4.3, """{"url": "URL/echo", "sendQuery": true, "queryParameters": {"parameters": [{"name": "q", "value": "1"}, {"name": "q", "value": "2"}]}, "sendHeaders": true, "headerParameters": {"parameters": [{"name": "x-test", "value": "h"}]}, "options": {"queryParameterArrays": "brackets"}}""", "GET", "?q%5B%5D=1&q%5B%5D=2", "")]
    public async Task Understands_every_version(double version, string parameters, string method, string query, string body)
    {
        var echo = (await RunAsync(parameters, """[{"$json": {"n": 1}, "$binary": {"data": "file"}}]""", node: Version(version)))[0].Json;
        (echo["method"].AsString, echo["query"].AsString, echo["body"].AsString, echo["x-test"].AsString).ShouldBe((method, query, body, "h"));
    }

    [Fact]
    public async Task Older_versions_read_answers_as_they_did()
    {
        Runs.Workflows.Show(await RunAsync("""{"url": "URL/list", "options": {}}""", node: Version(1))).ShouldBe("""[{"0":{"n":1},"1":{"n":2}}]""");
        Runs.Workflows.Show(await RunAsync("""{"url": "URL/list", "options": {"splitIntoItems": true}}""", node: Version(2))).ShouldBe("""[{"n":1},{"n":2}]""");
        Runs.Workflows.Show(await RunAsync("""{"url": "URL/text", "responseFormat": "string", "dataPropertyName": "t", "options": {}}""", node: Version(1))).ShouldBe("""[{"t":"hello"}]""");
        Runs.Workflows.Show(await RunAsync("""{"url": "URL/status/404", "options": {"ignoreResponseCode": true}}""", node: Version(2))).ShouldBe("""[{"why":"because"}]""");
        var full = (await RunAsync("""{"url": "URL/list", "options": {"fullResponse": true}}""", node: Version(2))).ShouldHaveSingleItem().Json;
        (full["statusCode"].AsNumber, full["body"].AsArray!.Count).ShouldBe((200, 2));
        // Only what reads follows redirects, unless the node says otherwise.
        (await RunAsync("""{"url": "URL/redirect/302", "options": {}}""", node: Version(1)))[0].Json["query"].AsString.ShouldBe("?redirected=1");
        (await RunAsync("""{"requestMethod": "POST", "url": "URL/redirect/302", "options": {"fullResponse": true, "ignoreResponseCode": true}}""", node: Version(1)))[0].Json["statusCode"].AsNumber.ShouldBe(302);
        (await RunAsync("""{"requestMethod": "POST", "url": "URL/redirect/302", "options": {"followAllRedirects": true}}""", node: Version(1)))[0].Json["query"].AsString.ShouldBe("?redirected=1");
        (await RunAsync("""{"url": "URL/redirect/302", "options": {"response": {"response": {"fullResponse": true, "neverError": true}}}}""", node: Version(3)))[0].Json["statusCode"].AsNumber.ShouldBe(302);
        (await RunAsync("""{"url": "URL/redirect/302", "options": {}}""", node: Version(4)))[0].Json["query"].AsString.ShouldBe("?redirected=1");
    }

    [Fact]
    public async Task Files_come_beside_what_the_item_has()
    {
        var item = (await RunAsync("""{"url": "URL/file", "options": {"response": {"response": {"responseFormat": "file", "outputPropertyName": "pdf"}}}}""", """[{"$json": {"k": 1}, "$binary": {"old": "x"}}]""")).ShouldHaveSingleItem();
        item.Json["k"].AsNumber.ShouldBe(1);
        item.Binary!.Keys.ShouldBe(["old", "pdf"]);
    }

    [Fact]
    public async Task An_empty_answer_of_JSON_is_an_empty_item() => Runs.Workflows.Show(await RunAsync("""{"url": "URL/blank"}""")).ShouldBe("[{}]");

    [Fact]
    public async Task A_page_is_asked_for_with_what_the_one_before_gave()
    {
        var items = await RunAsync("""{"url": "URL/cursor", "options": {"pagination": {"pagination": {"parameters": {"parameters": [{"name": "after", "value": "={{ $response.body.next }}"}]}, "paginationCompleteWhen": "other", "completeExpression": "={{ !$response.body.next }}"}}}}""");
        items.Select(i => i.Json["query"].AsString).ShouldBe(["", "?after=1", "?after=2"]);
    }

    private static string Version(double version) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $$"""{"type": "n8n-nodes-base.httpRequest", "typeVersion": {{version}}}""");

    private async Task<JsObject> OneAsync(string parameters, string items = "[{}]", string node = "{}") => (await RunAsync(parameters, items, node: node)).ShouldHaveSingleItem().Json;

    private async Task<IReadOnlyList<Item>> RunAsync(string parameters, string items = "[{}]", NodeServices? services = null, string node = "{}")
    {
        var definition = JsJson.Parse(node).AsObject!;
        definition.Set("name", "Node");
        if (!definition.Contains("type")) definition.Set("type", "http-request");
        definition.Set("parameters", JsJson.Parse(parameters.Replace("URL/", _url + "/")));
        var check = NodeFixture.Load(definition);
        check.Problems.ShouldBeEmpty();
        return (await NodeFixture.RunAsync(check.Model!.Find("Node")!, check.Model, [NodeFixture.Items(JsJson.Parse(items))], services))[0];
    }

    private static async Task<IResult> Echo(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var echo = new Dictionary<string, string> { ["method"] = context.Request.Method, ["query"] = context.Request.QueryString.Value ?? "", ["body"] = await reader.ReadToEndAsync() };
        foreach (var (name, value) in context.Request.Headers) echo[name.ToLowerInvariant()] = value.ToString();
        return Results.Json(echo);
    }
}
