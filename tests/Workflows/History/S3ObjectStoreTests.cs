using Sluice.Foundation.Storage;
using Sluice.Tests.Servers;
using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.History;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Runs;
using Sluice.Workflows.Tests.Runs;
using static Sluice.Workflows.Tests.Runs.Workflows;

namespace Sluice.Workflows.Tests.History;

/// <summary>Payloads in an object store of another make: npm's s3rver.</summary>
public sealed class S3ObjectStoreTests(S3ObjectStoreTests.Running running) : IClassFixture<S3ObjectStoreTests.Running>
{
    private const string Needs = "needs node and npm";

    public static bool IsPossible => NodeServer.IsPossible;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(SkipUnless = nameof(IsPossible), Skip = Needs)]
    public async Task Objects_are_written_read_replaced_and_removed_with_all_of_their_kind()
    {
        using var store = running.Open("kept/here");
        var big = new byte[3 << 20];
        new Random(7).NextBytes(big);
        await store.WriteAsync("runs/a/0-0", new byte[] { 1 }, Cancel);
        await store.WriteAsync("runs/a/0-0", big.AsMemory(5, 2 << 20), Cancel);
        await store.WriteAsync("runs/a/0-1", Array.Empty<byte>(), Cancel);
        await store.WriteAsync("runs/ab/0-0", new byte[] { 2 }, Cancel);
        (await store.ReadAsync("runs/a/0-0", Cancel))!.Value.Span.SequenceEqual(big.AsSpan(5, 2 << 20)).ShouldBeTrue();
        (await store.ReadAsync("runs/a/0-1", Cancel))!.Value.Length.ShouldBe(0);
        (await store.ReadAsync("runs/b", Cancel)).ShouldBeNull();
        running.Server.Keys(Running.Bucket).Where(k => k.StartsWith("kept/", StringComparison.Ordinal)).ShouldBe(["kept/here/runs/a/0-0", "kept/here/runs/a/0-1", "kept/here/runs/ab/0-0"]);
        await store.DeleteAsync("runs/a/", Cancel);
        await store.DeleteAsync("runs/a/", Cancel);
        running.Server.Keys(Running.Bucket).Where(k => k.StartsWith("kept/", StringComparison.Ordinal)).ShouldBe(["kept/here/runs/ab/0-0"]);
    }

    [Fact(SkipUnless = nameof(IsPossible), Skip = Needs)]
    public async Task More_than_one_page_is_removed()
    {
        Directory.CreateDirectory(Path.Combine(running.Server.Folder, Running.Bucket, "many"));
        running.Server.Fill($"{Running.Bucket}/many", 1010);
        using var store = running.Open("many");
        await store.DeleteAsync("n0", Cancel);
        running.Server.Keys(Running.Bucket).ShouldNotContain(k => k.StartsWith("many/", StringComparison.Ordinal));
    }

    [Theory(SkipUnless = nameof(IsPossible), Skip = Needs)]
    [InlineData("s3://payloads-1", "wrong", "the object store s3://payloads-1/ at HOST refuses: SignatureDoesNotMatch: ")]
    [InlineData("s3://no-such-bucket", S3Server.SecretAccessKey, "the object store s3://no-such-bucket/ at HOST refuses: NoSuchBucket: ")]
    public async Task A_refusal_is_told_without_the_key(string place, string secret, string expected)
    {
        using var store = running.Open("", place, secret);
        var refused = await Should.ThrowAsync<DatabaseUnavailableException>(() => store.WriteAsync("k", new byte[] { 1 }, Cancel).AsTask());
        refused.Message.ShouldStartWith(expected.Replace("HOST", new Uri(running.Server.Url).Authority, StringComparison.Ordinal));
        refused.ToString().ShouldNotContain("geheim");
        (await Should.ThrowAsync<DatabaseUnavailableException>(() => store.ReadAsync("k", Cancel).AsTask())).Message.ShouldStartWith(refused.Message[..30]);
    }

    [Fact(SkipUnless = nameof(IsPossible), Skip = Needs)]
    public async Task Runs_keep_big_outputs_and_files_there_and_take_them_along()
    {
        await using var database = await BothEngines.CreateAsync(DatabaseKind.Sqlite);
        using var store = running.Open("engine");
        var services = new NodeServices { Objects = store };
        var model = Make("big", "Start > End", "{}", "Start manual-trigger", "End no-op");
        await using var engine = await EngineAsync(database, services, model);
        var result = await engine.RunAsync(model, new RunRequest { Items = [Big()] });
        (await engine.History!.FindAsync(result.Id, Cancel))!.Bytes.ShouldBeLessThan(2_000);
        var loaded = (await engine.LoadAsync(result.Id))!.Result().Last.ShouldHaveSingleItem();
        loaded.Json["text"].AsString!.Length.ShouldBe(20_000);
        (await services.ReadAsync(loaded.Binary!["data"], Cancel)).ToArray().ShouldBe([1, 2, 3]);
        running.Server.Keys(Running.Bucket).ShouldContain(k => k.StartsWith($"engine/runs/{result.Id}/", StringComparison.Ordinal));
        (await new Retention(database, store, new RetentionLimits(null, 0, null), TimeProvider.System).EnforceAsync(new Dictionary<string, TimeSpan>(), Cancel)).ShouldBe(1);
        running.Server.Keys(Running.Bucket).ShouldNotContain(k => k.StartsWith("engine/", StringComparison.Ordinal));
    }

    [Fact(SkipUnless = nameof(IsPossible), Skip = Needs)]
    public async Task While_the_store_is_away_new_runs_are_refused_and_those_under_way_hold_on()
    {
        await using var server = new S3Server();
        await server.StartAsync();
        await Running.MakeBucketAsync(server);
        await using var database = await BothEngines.CreateAsync(DatabaseKind.Sqlite);
        using var store = Running.Open(server, "", $"s3://{Running.Bucket}");
        var told = new List<string?>();
        var entered = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        using var makes = new TestNode(async (_, c) =>
        {
            entered.TrySetResult();
            await go.Task;
            return NodeResult.Of([Big()]);
        }, idempotent: false);
        var model = Make("big", "Start > Makes > End", "{}", "Start manual-trigger", $"Makes {makes.Type}", "End no-op");
        await using var engine = await EngineAsync(database, new NodeServices { Objects = store }, model);
        engine.ObjectsChanged += told.Add;

        // Stored as begun, and then it makes something big.
        var run = await engine.StartAsync(model, new RunRequest());
        await entered.Task;
        await server.SetAwayAsync(true);
        go.SetResult();
        await UntilAsync(() => Task.FromResult(told.Count > 0));
        told[0]!.ShouldContain("refuses: SlowDown: Please reduce your request rate.");

        // Whoever comes with something big is refused, and nothing of it is left behind; small ones run.
        (await Should.ThrowAsync<DatabaseUnavailableException>(async () => await engine.StartAsync(model, new RunRequest { Items = [Big()] }))).Message.ShouldContain("SlowDown");
        (await engine.History!.ListAsync(new RunFilter(), Cancel)).ShouldHaveSingleItem().Id.ShouldBe(run.Id);
        (await engine.History.FindAsync(run.Id, Cancel))!.Phase.ShouldBe(RunPhase.Running);

        await server.SetAwayAsync(false);
        await UntilAsync(async () => (await engine.History.FindAsync(run.Id, Cancel))!.Phase == RunPhase.Succeeded);
        told.ShouldBe([told[0], null]);
        (await engine.LoadAsync(run.Id))!.Result().Last.ShouldHaveSingleItem().Json["text"].AsString!.Length.ShouldBe(20_000);
        (await engine.RunAsync(model, new RunRequest { Items = [Big()] })).Phase.ShouldBe(RunPhase.Succeeded);
    }

    [Theory]
    [InlineData("s3://bucket", "s3://bucket/", "Amazon S3 (us-east-1)")]
    [InlineData("s3://bucket/a/b/?region=eu-central-1", "s3://bucket/a/b/", "Amazon S3 (eu-central-1)")]
    [InlineData("s3://bucket?endpoint=https%3A%2F%2Fminio%3A9000&path_style=on", "s3://bucket/", "minio:9000")]
    [InlineData("s3://bucket?endpoint=https://minio:9000", "s3://bucket/", "minio:9000")]
    public void A_place_is_read_from_its_address(string address, string place, string host)
    {
        var read = S3Place.Parse(address).ShouldNotBeNull();
        (read.ToString(), read.Account.Host, read.Account.AccessKeyId).ShouldBe((place, host, null));
        read.Account.PathStyle.ShouldBe(address.Contains("path_style", StringComparison.Ordinal));
    }

    [Theory, InlineData("s3://"), InlineData("s3://key:secret@bucket"), InlineData("http://bucket"), InlineData("s3://bucket?regoin=x"), InlineData("s3://bucket?endpoint=minio"), InlineData("s3://bucket?endpoint=https://u:p@minio"), InlineData("s3://bucket?path_style=yes")]
    public void What_is_no_place_is_refused(string address) => S3Place.Parse(address).ShouldBeNull();

    private static Item Big() => new(new JsObject { ["text"] = new string('x', 20_000) }) { Binary = new Dictionary<string, BinaryData> { ["data"] = new() { Content = new byte[] { 1, 2, 3 }, Size = 3, MimeType = "image/png" } } };

    private static async Task<WorkflowEngine> EngineAsync(Database database, NodeServices services, WorkflowModel model)
    {
        var engine = new WorkflowEngine(new EngineOptions { Database = database, Services = services, PayloadThreshold = 10_000, RetentionInterval = TimeSpan.FromDays(1) });
        engine.Use([model]);
        await engine.StartAsync(Cancel);
        return engine;
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        for (var i = 0; i < 600 && !await holds(); i++) await Task.Delay(50, Cancel);
        (await holds()).ShouldBeTrue();
    }

    public sealed class Running : IAsyncLifetime
    {
        public const string Bucket = "payloads-1";

        public S3Server Server { get; } = new();

        public async ValueTask InitializeAsync()
        {
            if (!IsPossible) return;
            await Server.StartAsync();
            await MakeBucketAsync(Server);
        }

        public ValueTask DisposeAsync() => Server.DisposeAsync();

        internal S3ObjectStore Open(string prefix, string place = $"s3://{Bucket}", string secret = S3Server.SecretAccessKey) => Open(Server, prefix, place, secret);

        internal static S3ObjectStore Open(S3Server server, string prefix, string place, string secret = S3Server.SecretAccessKey) =>
            new(Place(server, place, prefix, secret), retries: 0);

        private static S3Place Place(S3Server server, string place, string prefix, string secret) =>
            S3Place.Parse($"{place}/{prefix}?region={S3Server.Region}&endpoint={server.Url}&path_style=on")!.As(S3Server.AccessKeyId, secret);

        internal static async Task MakeBucketAsync(S3Server server)
        {
            using var client = Place(server, $"s3://{Bucket}", "", S3Server.SecretAccessKey).Account.Open(sockets: null, retries: 0);
            await client.PutBucketAsync(new Amazon.S3.Model.PutBucketRequest { BucketName = Bucket }, Cancel);
        }
    }
}
