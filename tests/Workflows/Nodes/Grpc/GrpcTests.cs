using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Sluice.Tests.Servers;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Tests.Connections;

namespace Sluice.Workflows.Tests.Nodes.Grpc;

/// <summary>The node against a server of another make: npm's @grpc/grpc-js.</summary>
public sealed class GrpcTests(GrpcTests.Running running) : IClassFixture<GrpcTests.Running>
{
    private const string Needs = "needs node and npm";

    public static bool IsPossible => NodeServer.IsPossible;

    [Fact(SkipUnless = nameof(IsPossible), Skip = Needs)]
    public async Task Messages_are_the_items_or_what_expressions_give()
    {
        var seen = JsJson.Parse(await RunAsync("""{"method": "Get"}""", """[{"name": "ü", "book": {"name": "b", "kind": "POEMS", "author_names": ["a"]}, "numbers": [1, 2], "since": "2026-11-20T05:25:22Z", "lent": true}]""")).AsArray![0].AsObject!;
        JsJson.WriteString(JsJson.Parse(seen["json"].AsString!).AsObject!["book"]).ShouldBe("""{"name":"b","kind":"POEMS","author_names":["a"]}""");
        (await RunAsync("""{"method": "List", "message": {"name": "={{ $json.x }}"}}""", """[{"x": "y"}]""")).ShouldBe(
            """[{"books":[{"name":"b1","kind":"NOVEL","author_names":["ann","bob"]},{"name":"b2","kind":"NOVEL","author_names":["ann","bob"]}]}]""");
        (await RunAsync("""{"method": "Echo", "message": {"big": "9007199254740993", "duration": "1.5s", "value": [1, {"a": null}], "kinds": {"7": "NOVEL"}, "bytes": "AQI="}}""")).ShouldBe(
            """[{"duration":"1.5s","value":[1,{"a":null}],"big":"9007199254740993","bytes":"AQI=","kinds":{"7":"NOVEL"}}]""");
    }

    [Fact(SkipUnless = nameof(IsPossible), Skip = Needs)]
    public async Task A_stream_gives_an_item_for_each_message_up_to_a_limit()
    {
        (await RunAsync("""{"method": "Watch", "message": {"count": 3}}""")).ShouldBe(
            $"[{string.Join(',', new[] { 1, 2, 3 }.Select(i => $$"""{"name":"b{{i}}","kind":"NOVEL","author_names":["ann","bob"]}"""))}]");
        JsJson.Parse(await RunAsync("""{"method": "Watch", "message": {"count": 2000}, "options": {"maxMessages": 5}}""")).AsArray!.Count.ShouldBe(5);
        var lost = await Should.ThrowAsync<NodeException>(() => RunAsync("""{"method": "Watch", "message": {"count": 2, "fail": true}}"""));
        (lost.Message, lost.Code, lost.Retryable).ShouldBe(("DATA_LOSS: lost: 50%", "DATA_LOSS", false));
        JsJson.WriteString(lost.Details).ShouldBe("""{"code":15,"status":"DATA_LOSS","message":"lost: 50%","details":[],"received":2}""");
    }

    [Theory(SkipUnless = nameof(IsPossible), Skip = Needs)]
    [InlineData("file", "library.proto")]
    [InlineData("file", "SET")]
    [InlineData("descriptorSet", "SET")]
    [InlineData("binary", "library.pb")]
    public async Task Descriptors_come_from_files_sets_and_items(string from, string what)
    {
        var set = Path.Combine(Path.GetTempPath(), $"sluice-grpc-{Guid.NewGuid():N}.pb");
        await running.Server.WriteDescriptorSetAsync(set);
        try
        {
            var bytes = await File.ReadAllBytesAsync(set, TestContext.Current.CancellationToken);
            if (what == "SET") what = from == "file" ? Path.GetRelativePath(Path.GetDirectoryName(running.Server.Proto)!, set) : Convert.ToBase64String(bytes);
            var item = from == "binary" ? $$$$"""[{"$json": {}, "$binary": {"desc": {"base64": "{{{{Convert.ToBase64String(bytes)}}}}", "fileName": "{{{{what}}}}"}}}]""" : "[{}]";
            (await RunAsync($$"""{"method": "Watch", "message": {"count": 1}, "descriptorFrom": "{{from}}", "{{(from == "binary" ? "binaryPropertyName" : from)}}": "{{(from == "binary" ? "desc" : what)}}"}""", item))
                .ShouldBe("""[{"name":"b1","kind":"NOVEL","author_names":["ann","bob"]}]""");
        }
        finally
        {
            File.Delete(set);
        }
    }

    [Fact(SkipUnless = nameof(IsPossible), Skip = Needs)]
    public async Task A_status_is_an_error_with_its_name_and_details()
    {
        var wrong = await Should.ThrowAsync<NodeException>(() => RunAsync("""{"method": "Fail", "message": {"code": 5, "message": "no such book"}}"""));
        (wrong.Message, wrong.Code, wrong.Retryable).ShouldBe(("NOT_FOUND: no such book", "NOT_FOUND", false));
        JsJson.WriteString(wrong.Details).ShouldBe(
            """{"code":5,"status":"NOT_FOUND","message":"no such book","details":[{"@type":"type.googleapis.com/library.v1.Book","name":"why","kind":"KIND_UNKNOWN"},{"@type":"type.googleapis.com/other.Type","value":"AQI="}]}""");
        var away = await Should.ThrowAsync<NodeException>(() => RunAsync("""{"method": "Fail", "message": {"code": 14}}"""));
        (away.Message, away.Code, away.Retryable).ShouldBe(("UNAVAILABLE: no: ü", "UNAVAILABLE", true));
        var unknown = await Should.ThrowAsync<NodeException>(() => RunAsync("""{"method": "Other"}""", proto: "syntax = \"proto3\"; package library.v1; message A {} service Library { rpc Other(A) returns (A); }"));
        unknown.Code.ShouldBe("UNIMPLEMENTED");
    }

    [Fact(SkipUnless = nameof(IsPossible), Skip = Needs)]
    public async Task A_deadline_is_kept()
    {
        var late = await Should.ThrowAsync<NodeException>(() => RunAsync("""{"method": "Get", "message": {"name": "slow"}, "options": {"timeout": 300}}"""));
        (late.Code, late.Retryable).ShouldBe(("DEADLINE_EXCEEDED", true));
    }

    [Fact(SkipUnless = nameof(IsPossible), Skip = Needs)]
    public async Task Metadata_and_authorisation_are_sent_and_what_comes_back_can_be_had()
    {
        const string Call = """{"method": "Echo", "message": {"text": "t"}, "metadata": {"x-ask": ["a", "b"], "x-ask-bin": "AQI"}, "authentication": "genericCredentialType", "options": {"fullResponse": true}}""";
        var services = new NodeServices { Connections = new OneConnection("httpBearerAuth", """{"token": "geheim-123"}""") };
        var answer = JsJson.Parse(await RunAsync(Call, services: services)).AsArray![0].AsObject!;
        JsJson.WriteString(answer["message"]).ShouldBe("""{"text":"t"}""");
        answer["headers"].AsObject!["x-head"].AsString.ShouldBe("a, b 0102 Bearer geheim-123");
        JsJson.WriteString(answer["trailers"]).ShouldBe("""{"x-tail":"t"}""");
    }

    [Fact(SkipUnless = nameof(IsPossible), Skip = Needs)]
    public async Task Speaks_tls_and_takes_no_certificate_that_nobody_vouches_for()
    {
        var folder = Directory.CreateTempSubdirectory("sluice-grpc-");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var files = new[] { Path.Combine(folder.FullName, "key.pem"), Path.Combine(folder.FullName, "cert.pem") };
        await File.WriteAllTextAsync(files[0], key.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(files[1], certificate.ExportCertificatePem(), TestContext.Current.CancellationToken);
        await using var server = new GrpcLibraryServer(files);
        await server.StartAsync();
        var url = $"grpcs://127.0.0.1:{server.Port}";
        (await RunAsync("""{"method": "Watch", "message": {"count": 1}, "options": {"allowUnauthorizedCerts": true}}""", url: url)).ShouldContain("b1");
        var refused = await Should.ThrowAsync<NodeException>(() => RunAsync("""{"method": "Watch"}""", url: url));
        (refused.Message, refused.Code).ShouldSatisfyAllConditions(() => refused.Message.ShouldContain("certificate"), () => refused.Code.ShouldBe("UNAVAILABLE"));
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Private_addresses_are_guarded_and_absent_servers_told()
    {
        var guarded = new NodeServices { GuardsAddresses = _ => true };
        (await Should.ThrowAsync<NodeException>(() => RunAsync("""{"method": "Get"}""", url: "grpc://127.0.0.1:1", services: guarded))).Message.ShouldBe("'127.0.0.1' is not a public address");
        var away = await Should.ThrowAsync<NodeException>(() => RunAsync("""{"method": "Get"}""", url: "grpc://127.0.0.1:1"));
        (away.Message[..30], away.Code, away.Retryable).ShouldBe(("127.0.0.1:1 did not answer: Co", "UNAVAILABLE", true));
    }

    [Theory]
    [InlineData("""{"method": "Nope"}""", "parameters.method: the service library.v1.Library has no method 'Nope'; it has Get, Watch, Push")]
    [InlineData("""{"method": "Get", "service": "Other"}""", "parameters.method: there is no service 'Other'; there is library.v1.Library")]
    [InlineData("""{"method": "Push"}""", "parameters.method: the method 'Push' takes a stream of messages, which is not supported")]
    [InlineData("""{"method": "Get", "proto": "message A { B b = 1; }"}""", "parameters.proto: text: type 'B' of A.b is not declared")]
    [InlineData("""{"method": "Get", "proto": ""}""", "parameters.proto: required: it says what the service understands")]
    [InlineData("""{"method": "Get", "descriptorFrom": "file", "file": "/etc/passwd"}""", "parameters.file: only a workflow in a file can name one")]
    [InlineData("""{"method": "Get", "descriptorFrom": "descriptorSet", "descriptorSet": "AQID"}""", "parameters.descriptorSet: the descriptor set is not well-formed")]
    [InlineData("""{"method": "Get", "descriptorFrom": "descriptorSet", "descriptorSet": "*"}""", "parameters.descriptorSet: this is no Base64")]
    public void What_makes_no_sense_is_refused_when_it_is_loaded(string parameters, string expected) =>
        NodeFixture.Load(Node(JsJson.Parse(parameters).AsObject!, "grpc://127.0.0.1:1", Small)).Problems.Select(p => $"{p.Field}: {p.Message}").ShouldContain(expected);

    [Theory]
    [InlineData("""{"message": {"nam": "x"}}""", "message: nam: library.v1.Ask has no such field; it has name, count")]
    [InlineData("""{"message": {"count": "many"}}""", "message: count: a whole number is expected")]
    [InlineData("""{"message": {"count": 2147483648}}""", "message: count: a smaller number is expected")]
    [InlineData("""{"message": "text"}""", "message is not valid JSON: 'text' is an invalid JSON literal. Expected the literal 'true'. LineNumber: 0 | BytePositionInLine: 1.")]
    [InlineData("""{"metadata": {"grpc-timeout": "1"}}""", "metadata: 'grpc-timeout' is the protocol's own")]
    [InlineData("""{"metadata": {"x": "a\nb"}}""", "metadata: the value of 'x' has other than printable ASCII characters; a name that ends in -bin takes Base64")]
    [InlineData("""{"metadata": {"a b": "x"}}""", "metadata: 'a b' is no name: letters, digits and -_. make one")]
    [InlineData("""{"url": "127.0.0.1:50051"}""", "'127.0.0.1:50051' is no address such as grpc://host:50051 or grpcs://host")]
    public async Task Wrong_input_is_told_and_never_sent(string parameters, string expected)
    {
        var all = JsJson.Parse(parameters).AsObject!;
        all.Set("method", "Get");
        var wrong = await Should.ThrowAsync<NodeException>(() => RunAsync(JsJson.WriteString(all), url: "grpc://127.0.0.1:1", proto: Small));
        (wrong.Message, wrong.Retryable).ShouldBe((expected, false));
    }

    /// <summary>What a server that is broken or means harm may send; the numbers are a frame's flags, its length, and what follows.</summary>
    [Theory]
    [InlineData("00000000020801", "INTERNAL", "what the server sent is no message of the type library.v1.Book")]
    [InlineData("0000000003" + "0a0a61", "INTERNAL", "what the server sent is no message of the type library.v1.Book")]
    [InlineData("0100000000", "INTERNAL", "the server sent a compressed message, which it was not asked for")]
    [InlineData("00ffffffff", "RESOURCE_EXHAUSTED", "a message of the answer is longer than 4194304 bytes")]
    [InlineData("0000000005" + "0a01", "INTERNAL", "the answer ends within a message")]
    [InlineData("", "INTERNAL", "the answer has no message, and /library.v1.Library/Get gives one")]
    [InlineData("00000000000000000000", "INTERNAL", "the answer has more than one message, and /library.v1.Library/Get gives one")]
    [InlineData("NOSTATUS", "UNKNOWN", "UNKNOWN: the server ended the call without a status")]
    [InlineData("PAGE", "UNIMPLEMENTED", "the server speaks no gRPC: it answered with status 404 and text/html")]
    [InlineData("BROKEN", "UNAVAILABLE", null)]
    public async Task Odd_answers_are_errors(string answer, string code, string? message)
    {
        await using var server = await OddServerAsync(answer);
        var wrong = await Should.ThrowAsync<NodeException>(() => RunAsync("""{"method": "Get"}""", url: server.Urls.First(), proto: Small));
        wrong.Code.ShouldBe(code);
        if (message is not null) wrong.Message.ShouldBe(message);
    }

    [Fact]
    public async Task Fields_that_the_description_lacks_are_passed_over()
    {
        // Field 9 is text, field 10 a number: a newer server has them.
        await using var server = await OddServerAsync("00000000094a026869" + "5001" + "0a0161");
        (await RunAsync("""{"method": "Get"}""", url: server.Urls.First(), proto: Small)).ShouldBe("""[{"name":"a","pages":"0"}]""");
    }

    private const string Small = """
        syntax = "proto3"; package library.v1;
        message Ask { string name = 1; int32 count = 2; } message Book { string name = 1; int64 pages = 2; }
        service Library { rpc Get(Ask) returns (Book); rpc Watch(Ask) returns (stream Book); rpc Push(stream Ask) returns (Book); }
        """;

    private static async Task<WebApplication> OddServerAsync(string answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(System.Net.IPAddress.Loopback, 0, l => l.Protocols = HttpProtocols.Http2));
        var server = builder.Build();
        server.Run(async c =>
        {
            c.Response.ContentType = "application/grpc";
            if (answer is "PAGE") (c.Response.StatusCode, c.Response.ContentType) = (404, "text/html");
            if (answer is "BROKEN")
            {
                await c.Response.Body.FlushAsync();
                c.Abort();
                return;
            }

            if (answer is not ("PAGE" or "NOSTATUS"))
            {
                await c.Response.Body.WriteAsync(Convert.FromHexString(answer));
                c.Response.AppendTrailer("grpc-status", "0");
            }
        });
        await server.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    private async Task<string> RunAsync(string parameters, string items = "[{}]", string? url = null, string? proto = null, NodeServices? services = null)
    {
        var all = JsJson.Parse(parameters).AsObject!;
        if (!all.Contains("descriptorFrom") && proto is null)
        {
            all.Set("descriptorFrom", "file");
            all.Set("file", "library.proto");
        }

        var workflow = running.IsReady ? running.Server.Proto : NpmPackages.Source("grpc-server") + "/library.proto";
        var check = NodeFixture.Load(Node(all, url ?? $"grpc://127.0.0.1:{running.Server.Port}", proto), workflow);
        check.Problems.ShouldBeEmpty();
        var output = await NodeFixture.RunAsync(check.Model!.Find("Node")!, check.Model, [NodeFixture.Items(JsJson.Parse(items))], services);
        return JsJson.WriteString(new JsArray([.. output[0].Select(i => (JsValue)i.Json)]));
    }

    private static JsObject Node(JsObject parameters, string url, string? proto)
    {
        if (!parameters.Contains("url")) parameters.Set("url", url);
        if (proto is not null && !parameters.Contains("proto")) parameters.Set("proto", proto);
        return new() { ["name"] = "Node", ["type"] = "grpc", ["parameters"] = parameters, ["credentials"] = new JsObject { ["httpBearerAuth"] = new JsObject { ["name"] = "mine" } } };
    }

    public sealed class Running : IAsyncLifetime
    {
        public GrpcLibraryServer Server { get; } = new();

        public bool IsReady => IsPossible;

        public async ValueTask InitializeAsync()
        {
            if (IsPossible) await Server.StartAsync();
        }

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
