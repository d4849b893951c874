using System.Text;
using Dapper;
using Sluice.Foundation.Secrets;
using Sluice.Foundation.Storage;
using Sluice.Tests.Servers;
using Sluice.Workflows.Connections;
using Sluice.Workflows.Connections.Kinds;
using Sluice.Workflows.Nodes;

namespace Sluice.Workflows.Tests.Connections;

public sealed class StoredConnectionsTests
{
    private static readonly ConnectionKind Basic = ConnectionKinds.Find("basic-auth")!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task Nothing_of_a_secret_is_in_the_database(DatabaseKind kind)
    {
        await using var database = await BothEngines.CreateAsync(kind);
        using var store = Store(database);
        var written = await PutAsync(store, "mine", """{"user": "ann", "password": "correct horse battery"}""");
        written.Created.ShouldBeTrue();
        (await store.FindAsync("mine", "", Cancel))!.Fields.ShouldBeOfType<BasicAuthConnection>().Password.ShouldBe("correct horse battery");
        (await store.FindAsync(written.Connection!.Id, "", Cancel))!.Name.ShouldBe("mine");

        var stored = await database.ReadAsync(async c => (await c.QuerySingleAsync<byte[]>("SELECT fields FROM connections")), Cancel);
        Encoding.Latin1.GetString(stored).ShouldNotContain("battery");
        Encoding.Latin1.GetString(stored).ShouldNotContain("ann");
        (await store.MaskedAsync("mine", "", Cancel))!.ToJsonString().ShouldBe("""{"user":"ann","password":"***"}""");
        (await store.FindAsync("mine", "", Cancel))!.ToString().ShouldBe("connection mine (basic-auth)");
        (await store.FindAsync("mine", "", Cancel))!.Fields.ToString().ShouldNotContain("battery");
    }

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task A_change_keeps_what_it_does_not_say(DatabaseKind kind)
    {
        await using var database = await BothEngines.CreateAsync(kind);
        using var store = Store(database);
        var id = (await PutAsync(store, "mine", """{"user": "ann", "password": "one"}""")).Connection!.Id;
        var second = await PutAsync(store, "mine", """{"user": "bob", "password": "***"}""");
        second.Created.ShouldBeFalse();
        second.Connection!.Id.ShouldBe(id);
        var fields = (await store.FindAsync("mine", "", Cancel))!.Fields.ShouldBeOfType<BasicAuthConnection>();
        (fields.User, fields.Password).ShouldBe(("bob", "one"));

        var refused = await store.PutAsync("mine", "", ConnectionKinds.Find("bearer")!, Map("""{"token": "t"}"""), null, true, "test", Cancel);
        refused.Problems.ShouldHaveSingleItem().Message.ShouldContain("is of the kind basic-auth");
        (await PutAsync(store, "other", """{"usr": "ann", "password": 1}""")).Problems.Select(p => p.Field).ShouldBe(["fields.usr", "fields.password"]);
        (await store.ListAsync(null, 0, 10, Cancel)).Connections.Select(c => c.Name).ShouldBe(["mine"]);
        (await store.DeleteAsync("mine", "", Cancel)).ShouldBeTrue();
        (await store.FindAsync("mine", "", Cancel)).ShouldBeNull();
    }

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task One_tenant_never_gets_anothers(DatabaseKind kind)
    {
        await using var database = await BothEngines.CreateAsync(kind);
        using var store = Store(database);
        await store.PutAsync("crm", "acme", Basic, Map("""{"user": "acme"}"""), null, false, "test", Cancel);
        await store.PutAsync("crm", "", Basic, Map("""{"user": "operator"}"""), null, true, "test", Cancel);
        await store.PutAsync("mail", "", Basic, Map("""{"user": "all"}"""), shared: true, true, "test", Cancel);
        (await UserAsync("crm", "acme")).ShouldBe("acme");
        (await UserAsync("crm", "")).ShouldBe("operator");
        (await UserAsync("crm", "other")).ShouldBeNull();
        (await UserAsync("mail", "acme")).ShouldBe("all");
        (await store.ListAsync("acme", 0, 10, Cancel)).Total.ShouldBe(1);

        // The bytes of one put in the place of another are none.
        await database.WriteAsync((c, t) => c.ExecuteAsync("UPDATE connections SET fields = (SELECT fields FROM connections WHERE name = 'mail') WHERE tenant = 'acme'", transaction: t), Cancel);
        using var again = Store(database);
        (await Should.ThrowAsync<NodeException>(async () => await again.FindAsync("crm", "acme", Cancel))).Message.ShouldContain("has been changed in the database");

        async Task<string?> UserAsync(string name, string tenant) => ((BasicAuthConnection?)(await store.FindAsync(name, tenant, Cancel))?.Fields)?.User;
    }

    [Fact]
    public async Task Keys_are_replaced_while_connections_are_in_use()
    {
        await using var database = await BothEngines.CreateAsync(DatabaseKind.Sqlite);
        var (old, next) = (EncryptionKeys.Create(), EncryptionKeys.Create());
        using (var before = Store(database, old)) await PutAsync(before, "mine", """{"user": "ann"}""");
        using (var without = Store(database, next))
            (await Should.ThrowAsync<NodeException>(async () => await without.FindAsync("mine", "", Cancel))).Message.ShouldBe("the connection 'mine' was encrypted with a key that is not among this gateway's");
        using (var both = Store(database, $"{next}\n{old}"))
        {
            (await both.FindAsync("mine", "", Cancel)).ShouldNotBeNull();
            (await both.EncryptAgainAsync(Cancel)).Changed.ShouldBe(1);
            (await both.EncryptAgainAsync(Cancel)).Changed.ShouldBe(0);
        }

        using var after = Store(database, next);
        (await after.FindAsync("mine", "", Cancel)).ShouldNotBeNull();
    }

    [Fact]
    public async Task References_are_resolved_at_each_use_and_only_for_who_may_write_them()
    {
        await using var database = await BothEngines.CreateAsync(DatabaseKind.Sqlite);
        var secret = "first";
        var time = new ManualTime();
        using var store = new StoredConnections(database, () => EncryptionKeys.Parse(Key), r => r == "{vault://env/pw}" ? SecretLookup.Found(secret) : SecretLookup.Missing("it is not set"), time);
        await PutAsync(store, "mine", """{"user": "ann", "password": "{vault://env/pw}"}""");
        (await store.MaskedAsync("mine", "", Cancel))!["password"]!.GetValue<string>().ShouldBe("{vault://env/pw}");
        ((BasicAuthConnection)(await store.FindAsync("mine", "", Cancel))!.Fields).Password.ShouldBe("first");
        secret = "second";
        time.Now += TimeSpan.FromSeconds(2);
        ((BasicAuthConnection)(await store.FindAsync("mine", "", Cancel))!.Fields).Password.ShouldBe("second");

        await PutAsync(store, "broken", """{"user": "ann", "password": "{vault://env/none}"}""");
        (await Should.ThrowAsync<NodeException>(async () => await store.FindAsync("broken", "", Cancel))).Message.ShouldBe("the connection 'broken': password: {vault://env/none}: it is not set");
        (await store.PutAsync("later", "", ConnectionKinds.Find("oauth2")!, Map("""{"token_url": "{vault://env/pw}", "client_id": "{vault://env/pw}"}"""), null, mayRefer: true, "test", Cancel)).Problems.ShouldBeEmpty();
        (await Should.ThrowAsync<NodeException>(async () => await store.FindAsync("later", "", Cancel))).Message.ShouldContain("token_url: expected an address");
        (await store.PutAsync("steal", "acme", Basic, Map("""{"user": "{vault://env/pw}"}"""), null, mayRefer: false, "test", Cancel)).Problems.ShouldHaveSingleItem();
    }

    [Fact]
    public void Key_files_are_made_for_their_owner_alone()
    {
        var folder = Directory.CreateTempSubdirectory("sluice-keys-").FullName;
        try
        {
            var file = Path.Combine(folder, "encryption.key");
            var made = Enumerable.Range(0, 8).AsParallel().Select(_ => EncryptionKeys.ReadOrCreate(file).Current.Bytes).ToList();
            made.ShouldAllBe(k => k.SequenceEqual(made[0]));
            Directory.GetFiles(folder).ShouldHaveSingleItem();
            if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory, InlineData("", "there is no key"), InlineData("hunter2", "line 1 is no key"), InlineData("# only a remark\n", "there is no key"), InlineData("AAAA", "line 1 is no key")]
    public void What_is_no_key_is_refused_without_repeating_it(string text, string message)
    {
        var refusal = Should.Throw<FormatException>(() => EncryptionKeys.Parse(text)).Message;
        refusal.ShouldStartWith(message);
        refusal.ShouldNotContain("hunter2");
    }

    [Fact]
    public void Every_byte_of_what_is_stored_counts()
    {
        var cipher = new ConnectionCipher(EncryptionKeys.Parse(Key));
        var stored = cipher.Encrypt("a secret"u8, "t", "1");
        cipher.Decrypt(stored, "t", "1").Text.ShouldBe("a secret"u8.ToArray());
        cipher.Decrypt(stored, "", "t1").Text.ShouldBeNull();
        for (var i = 0; i < stored.Length; i++)
        {
            var changed = stored.ToArray();
            changed[i] ^= 1;
            cipher.Decrypt(changed, "t", "1").Text.ShouldBeNull();
            cipher.Decrypt(stored.AsSpan(0, i), "t", "1").Text.ShouldBeNull();
        }
    }

    private static readonly string Key = EncryptionKeys.Create();

    private static StoredConnections Store(Database database, string? keys = null) => new(database, () => EncryptionKeys.Parse(keys ?? Key), null, TimeProvider.System);

    private static Task<ConnectionWrite> PutAsync(StoredConnections store, string name, string fields) => store.PutAsync(name, "", Basic, Map(fields), null, mayRefer: true, "test", Cancel);

    private static Sluice.Foundation.Schema.MapNode Map(string json) => ConnectionKind.Parse(Encoding.UTF8.GetBytes(json));

    private sealed class ManualTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
