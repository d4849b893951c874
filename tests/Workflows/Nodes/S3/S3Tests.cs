using System.Net;
using System.Net.Sockets;
using Sluice.Tests.Servers;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Tests.Connections;

namespace Sluice.Workflows.Tests.Nodes.S3;

/// <summary>The node against an object store of another make: npm's s3rver.</summary>
public sealed class S3Tests(S3Tests.Running running) : IClassFixture<S3Tests.Running>
{
    private const string Needs = "needs node and npm";

    /// <summary>The bucket of the test, which its parameters call BUCKET.</summary>
    private readonly string _bucket = $"b-{Guid.NewGuid():N}";

    public static bool IsPossible => NodeServer.IsPossible;

    [Fact(SkipUnless = nameof(IsPossible), Skip = Needs)]
    public async Task Files_are_stored_listed_copied_fetched_and_deleted()
    {
        await MakeBucketAsync();
        (await RunAsync("""{"operation": "upload", "bucketName": "BUCKET", "additionalFields": {"parentFolderKey": "reports/2026/"}}""", """[{"$json": {}, "$binary": {"data": {"text": "a,b", "fileName": "ü & 1+1.csv", "mimeType": "text/csv"}}}]""")).ShouldBe("""[{"success":true}]""");
        (await RunAsync("""{"operation": "upload", "bucketName": "BUCKET", "binaryData": false, "fileName": "={{ $json.name }}", "fileContent": "={{ $json.text }}"}""", """[{"name": "x.txt", "text": "täxt"}, {"name": "empty", "text": ""}]""")).ShouldBe("""[{"success":true},{"success":true}]""");
        running.Server.Keys(_bucket).ShouldBe(["empty", "reports/2026/ü & 1+1.csv", "x.txt"]);

        var list = JsJson.Parse(await RunAsync("""{"operation": "getAll", "bucketName": "BUCKET"}""")).AsArray!;
        list.Select(f => $"{f.AsObject!["Key"]} {f.AsObject["Size"]} {f.AsObject["ETag"]}").ShouldBe(["empty 0 \"d41d8cd98f00b204e9800998ecf8427e\"", "x.txt 5 \"" + Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData("täxt"u8)) + "\""]);
        DateTimeOffset.Parse(list[0].AsObject!["LastModified"].AsString!, System.Globalization.CultureInfo.InvariantCulture).ShouldBeGreaterThan(DateTimeOffset.UtcNow.AddHours(-1));
        (await RunAsync("""{"operation": "getAll", "bucketName": "BUCKET", "options": {"folderKey": "reports/2026/"}}""")).ShouldContain("1+1.csv");

        (await RunAsync("""{"operation": "copy", "sourcePath": "/BUCKET/reports/2026/ü & 1+1.csv", "destinationPath": "/BUCKET/copy.csv"}""")).ShouldContain("ETag");
        var fetched = (await ItemsAsync("""{"operation": "download", "bucketName": "BUCKET", "fileKey": "copy.csv", "binaryPropertyName": "file"}""", """[{"kept": 1}]"""))[0];
        JsJson.WriteString(NodeFixture.Show(fetched)).ShouldBe("""{"$json":{"kept":1},"$binary":{"file":{"mimeType":"text/csv","fileName":"copy.csv","text":"a,b"}}}""");
        (await RunAsync("""{"operation": "delete", "bucketName": "BUCKET", "fileKey": "copy.csv"}""")).ShouldBe("""[{"success":true}]""");
        (await RunAsync("""{"operation": "delete", "bucketName": "BUCKET", "fileKey": "copy.csv"}""")).ShouldBe("""[{"success":true}]""");
        running.Server.Keys(_bucket).Count.ShouldBe(3);
    }

    [Fact(SkipUnless = nameof(IsPossible), Skip = Needs)]
    public async Task Buckets_and_folders_come_and_go()
    {
        await MakeBucketAsync();
        (await RunAsync("""{"resource": "bucket", "operation": "getAll", "returnAll": true}""")).ShouldContain($"{{\"Name\":\"{_bucket}\",\"CreationDate\":\"20");
        (await RunAsync("""{"resource": "folder", "bucketName": "BUCKET", "folderName": "a"}""")).ShouldBe("""[{"success":true}]""");
        await RunAsync("""{"resource": "folder", "bucketName": "BUCKET", "folderName": "b", "additionalFields": {"parentFolderKey": "a"}}""");
        await RunAsync("""{"operation": "upload", "bucketName": "BUCKET", "binaryData": false, "fileName": "a/f", "fileContent": "1"}""");
        JsJson.Parse(await RunAsync("""{"resource": "folder", "operation": "getAll", "bucketName": "BUCKET"}""")).AsArray!.Select(f => f.AsObject!["Key"].AsString).ShouldBe(["a/", "a/b/"]);
        JsJson.Parse(await RunAsync("""{"resource": "folder", "operation": "getAll", "bucketName": "BUCKET", "limit": 1, "options": {"folderKey": "a/"}}""")).AsArray!.Select(f => f.AsObject!["Key"].AsString).ShouldBe(["a/b/"]);
        JsJson.Parse(await RunAsync("""{"resource": "bucket", "operation": "search", "bucketName": "BUCKET", "additionalFields": {"prefix": "a/", "startAfter": "a/b/"}}""")).AsArray!.Select(f => f.AsObject!["Key"].AsString).ShouldBe(["a/f"]);
        var full = await Should.ThrowAsync<NodeException>(() => RunAsync("""{"resource": "bucket", "operation": "delete", "name": "BUCKET"}"""));
        (full.Code, full.Retryable).ShouldBe(("BucketNotEmpty", false));
        (await RunAsync("""{"resource": "folder", "operation": "delete", "bucketName": "BUCKET", "folderKey": "a/"}""")).ShouldBe("""[{"deleted":[{"Key":"a/"},{"Key":"a/b/"},{"Key":"a/f"}]}]""");
        running.Server.Keys(_bucket).ShouldBeEmpty();
        (await RunAsync("""{"resource": "bucket", "operation": "delete", "name": "BUCKET"}""")).ShouldBe("""[{"success":true}]""");
    }

    [Fact(SkipUnless = nameof(IsPossible), Skip = Needs)]
    public async Task A_long_list_is_read_page_by_page_up_to_the_limit()
    {
        await MakeBucketAsync();
        running.Server.Fill(_bucket, 1100);
        var all = JsJson.Parse(await RunAsync("""{"operation": "getAll", "bucketName": "BUCKET", "returnAll": true}""")).AsArray!;
        all.Select(f => f.AsObject!["Key"].AsString).ShouldBe(Enumerable.Range(0, 1100).Select(i => $"n{i:D5}"));
        JsJson.Parse(await RunAsync("""{"resource": "bucket", "operation": "search", "bucketName": "BUCKET", "limit": 1050}""")).AsArray!.Count.ShouldBe(1050);
        JsJson.Parse(await RunAsync("""{"operation": "getAll", "bucketName": "BUCKET"}""")).AsArray!.Count.ShouldBe(100);
    }

    [Theory(SkipUnless = nameof(IsPossible), Skip = Needs)]
    [InlineData("secret_access_key", "wrong", "SignatureDoesNotMatch")]
    [InlineData("access_key_id", "nobody", "InvalidAccessKeyId")]
    [InlineData("region", "other-region-1", "AuthorizationHeaderMalformed")]
    public async Task Who_may_not_is_told_so(string field, string value, string code)
    {
        var refused = await Should.ThrowAsync<NodeException>(() => RunAsync("""{"operation": "getAll", "bucketName": "any"}""", fields: f => f.Set(field, value)));
        (refused.Code, refused.Retryable, refused.Message[..(code.Length + 2)]).ShouldBe((code, false, code + ": "));
        refused.ToString().ShouldNotContain("geheim");
        refused.Details.AsObject!["requestId"].AsString.ShouldBe("r-1");
    }

    [Theory(SkipUnless = nameof(IsPossible), Skip = Needs)]
    [InlineData("""{"operation": "getAll", "bucketName": "no-such-bucket"}""", "NoSuchBucket")]
    [InlineData("""{"bucketName": "no-such-bucket", "fileKey": "k"}""", "NoSuchBucket")]
    [InlineData("""{"operation": "upload", "bucketName": "no-such-bucket", "binaryData": false, "fileName": "a"}""", "NoSuchBucket")]
    public async Task What_is_not_there_is_told(string parameters, string code) =>
        (await Should.ThrowAsync<NodeException>(() => RunAsync(parameters))).Code.ShouldBe(code);

    [Fact(SkipUnless = nameof(IsPossible), Skip = Needs)]
    public async Task A_key_that_is_not_there_and_a_file_that_is_too_long_are_told()
    {
        await MakeBucketAsync();
        (await Should.ThrowAsync<NodeException>(() => RunAsync("""{"bucketName": "BUCKET", "fileKey": "k"}"""))).Code.ShouldBe("NoSuchKey");
        await RunAsync("""{"operation": "upload", "bucketName": "BUCKET", "binaryData": false, "fileName": "k", "fileContent": "0123456789"}""");
        (await Should.ThrowAsync<NodeException>(() => RunAsync("""{"bucketName": "BUCKET", "fileKey": "k"}""", most: 5))).Message.ShouldBe("the file is longer than 5 bytes");
    }

    [Fact]
    public async Task A_store_that_does_not_answer_says_so()
    {
        var away = await Should.ThrowAsync<NodeException>(() => RunAsync("""{"bucketName": "b", "fileKey": "k"}""", url: "http://127.0.0.1:1"));
        (away.Message[..30], away.Retryable).ShouldBe(("127.0.0.1:1 did not answer: Co", true));
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var slow = await Should.ThrowAsync<NodeException>(() => RunAsync("""{"bucketName": "b", "fileKey": "k", "timeout": 200}""", url: $"http://{silent.LocalEndpoint}"));
        slow.Message.ShouldBe($"{silent.LocalEndpoint} did not answer within 200 ms");
        (await Should.ThrowAsync<NodeException>(() => RunAsync("""{"bucketName": "b", "fileKey": "k"}""", url: "http://127.0.0.1:1", guarded: true))).Message.ShouldBe("'127.0.0.1' is not a public address");
        (await Should.ThrowAsync<NodeException>(() => RunAsync("""{"bucketName": "b", "fileKey": "k"}""", url: "127.0.0.1:1"))).Message.ShouldBe("the endpoint of the connection 'mine' is no address that begins with http:// or https://");
    }

    [Theory]
    [InlineData("""{"operation": "search", "bucketName": "b"}""", "parameters.operation: a file can be used with copy, delete, download, getAll, upload")]
    [InlineData("""{"bucketName": "b"}""", "parameters.fileKey: required for the operation download of a file")]
    [InlineData("""{"resource": "bucket"}""", "parameters.name: required for the operation create of a bucket")]
    [InlineData("""{"operation": "upload", "bucketName": "b", "additionalFields": {"grantRead": true}}""", "parameters.additionalFields.grantRead: no effect: n8n sends no grantee with it, and stores refuse that; acl does what is meant")]
    public void What_makes_no_sense_is_told_when_it_is_loaded(string parameters, string expected) =>
        NodeFixture.Load(Node(parameters)).Problems.Select(p => $"{p.Field}: {p.Message}").ShouldContain(expected);

    private async Task MakeBucketAsync() => (await RunAsync("""{"resource": "bucket", "name": "BUCKET"}""")).ShouldBe("""[{"success":true}]""");

    private async Task<string> RunAsync(string parameters, string items = "[{}]", string? url = null, Action<JsObject>? fields = null, bool guarded = false, int most = 1 << 20) =>
        JsJson.WriteString(new JsArray([.. (await ItemsAsync(parameters, items, url, fields, guarded, most)).Select(i => (JsValue)i.Json)]));

    private async Task<IReadOnlyList<Item>> ItemsAsync(string parameters, string items = "[{}]", string? url = null, Action<JsObject>? fields = null, bool guarded = false, int most = 1 << 20)
    {
        var check = NodeFixture.Load(Node(parameters.Replace("BUCKET", _bucket, StringComparison.Ordinal)));
        check.Problems.ShouldBeEmpty();
        var connection = new JsObject { ["endpoint"] = url ?? running.Server.Url, ["region"] = S3Server.Region, ["access_key_id"] = S3Server.AccessKeyId, ["secret_access_key"] = S3Server.SecretAccessKey, ["force_path_style"] = true };
        fields?.Invoke(connection);
        await using var services = new NodeServices { Connections = new OneConnection("s3", JsJson.WriteString(connection)), GuardsAddresses = _ => guarded, Http = new OutgoingHttp { MaximumResponse = most } };
        return (await NodeFixture.RunAsync(check.Model!.Find("Node")!, check.Model, [NodeFixture.Items(JsJson.Parse(items))], services))[0];
    }

    private static JsObject Node(string parameters) => new()
    {
        ["name"] = "Node", ["type"] = "s3", ["parameters"] = JsJson.Parse(parameters), ["credentials"] = new JsObject { ["s3"] = new JsObject { ["name"] = "mine" } },
    };

    public sealed class Running : IAsyncLifetime
    {
        public S3Server Server { get; } = new();

        public async ValueTask InitializeAsync()
        {
            if (IsPossible) await Server.StartAsync();
        }

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
