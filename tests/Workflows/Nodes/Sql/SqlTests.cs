using Sluice.Foundation.Storage;
using Sluice.Tests.Servers;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Tests.Connections;

namespace Sluice.Workflows.Tests.Nodes.Sql;

/// <summary>The nodes for databases against real ones.</summary>
public sealed class SqlTests
{
    private const string Table = """CREATE TABLE "odd ""name" (id int PRIMARY KEY, name text, price numeric(10,2))""";

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task Writes_and_reads_tables(DatabaseKind kind)
    {
        await using var at = await OpenAsync(kind);
        (await at.RunAsync("""{"operation": "executeQuery", "query": "TABLE"}""".Replace("TABLE", JsonText(Table)))).ShouldBe("""[{"success":true}]""");
        const string on = "\"schema\": \"\", \"table\": \"odd \\\"name\"";
        (await at.RunAsync("""{"operation": "insert", @TABLE}""".Replace("@TABLE", on), """[{"id": 1, "name": "a'; DROP TABLE x; --", "price": 1.5}, {"id": 2, "name": null, "price": "2.25"}]""")).ShouldBe(kind == DatabaseKind.Postgres
            ? """[{"id":1,"name":"a'; DROP TABLE x; --","price":"1.50"},{"id":2,"name":null,"price":"2.25"}]"""
            : """[{"id":1,"name":"a'; DROP TABLE x; --","price":1.5},{"id":2,"name":null,"price":2.25}]""");
        (await at.RunAsync("""{"operation": "upsert", @TABLE, "columns": {"mappingMode": "defineBelow", "matchingColumns": ["id"], "value": {"id": 2, "name": "={{ $json.n }}"}}, "options": {"outputColumns": ["id", "name"]}}""".Replace("@TABLE", on), """[{"n": "two"}]"""))
            .ShouldBe("""[{"id":2,"name":"two"}]""");
        (await at.RunAsync("""{"operation": "update", @TABLE, "columns": {"mappingMode": "autoMapInputData", "matchingColumns": ["id"]}, "options": {"outputColumns": ["name"]}}""".Replace("@TABLE", on), """[{"id": 1, "name": "one"}]""")).ShouldBe("""[{"name":"one"}]""");
        (await at.RunAsync("""{"operation": "select", @TABLE, "where": {"values": [{"column": "id", "condition": ">=", "value": 1}, {"column": "name", "condition": "LIKE", "value": "={{ $json.p }}"}]}, "sort": {"values": [{"column": "id", "direction": "DESC"}]}, "limit": 1, "options": {"outputColumns": ["id"]}}""".Replace("@TABLE", on), """[{"p": "%"}]"""))
            .ShouldBe("""[{"id":2}]""");
        (await at.RunAsync("""{"operation": "executeQuery", "query": "SELECT count(*) AS n, $2 AS b FROM \"odd \"\"name\" WHERE id > $1", "options": {"queryReplacement": "={{ [1, 'x,y'] }}", "largeNumbersOutput": "numbers"}}""")).ShouldBe("""[{"n":1,"b":"x,y"}]""");
        (await at.RunAsync("""{"operation": "deleteTable", @TABLE, "deleteCommand": "delete", "where": {"values": [{"column": "id", "value": 1}]}}""".Replace("@TABLE", on))).ShouldBe("""[{"success":true}]""");
        (await at.RunAsync("""{"operation": "deleteTable", @TABLE, "deleteCommand": "truncate"}""".Replace("@TABLE", on))).ShouldBe("""[{"success":true}]""");
        (await at.RunAsync("""{"operation": "select", @TABLE }""".Replace("@TABLE", on))).ShouldBe("[]");
        (await at.RunAsync("""{"operation": "deleteTable", @TABLE, "deleteCommand": "drop"}""".Replace("@TABLE", on))).ShouldBe("""[{"success":true}]""");
    }

    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task Items_are_one_transaction_unless_each_stands_for_itself(DatabaseKind kind)
    {
        await using var at = await OpenAsync(kind);
        await at.RunAsync("""{"operation": "executeQuery", "query": "CREATE TABLE t (id int PRIMARY KEY)"}""");
        const string insert = """{"operation": "insert", "schema": "", "table": "t" OPTIONS}""";
        (await Should.ThrowAsync<NodeException>(() => at.RunAsync(insert.Replace(" OPTIONS", ""), """[{"id": 1}, {"id": 1}]"""))).ItemIndex.ShouldBe(1);
        (await at.RunAsync("""{"operation": "select", "schema": "", "table": "t"}""")).ShouldBe("[]");
        await Should.ThrowAsync<NodeException>(() => at.RunAsync(insert.Replace("OPTIONS", """, "options": {"queryBatching": "independently"}"""), """[{"id": 1}, {"id": 1}]"""));
        (await at.RunAsync("""{"operation": "select", "schema": "", "table": "t"}""")).ShouldBe("""[{"id":1}]""");
        (await at.RunAsync(insert.Replace("OPTIONS", """, "options": {"skipOnConflict": true}"""), """[{"id": 1}, {"id": 2}]""")).ShouldBe("""[{"id":2}]""");
        var failed = await Should.ThrowAsync<NodeException>(() => at.RunAsync("""{"operation": "executeQuery", "query": "SELEKT 1"}"""));
        failed.Message.ShouldContain("SELEKT");
        failed.Retryable.ShouldBeFalse();
        (await Should.ThrowAsync<NodeException>(() => at.RunAsync("""{"operation": "deleteTable", "schema": "", "table": "t", "deleteCommand": "delete"}"""))).Message.ShouldStartWith("where: say which rows");
    }

    [Fact]
    public async Task Types_of_postgres_come_as_json()
    {
        await using var at = await OpenAsync(DatabaseKind.Postgres);
        (await at.RunAsync("""
            {"operation": "executeQuery", "query": "SELECT 1::smallint s, 1.5::real r, 2::bigint b, '{\"a\": [1]}'::jsonb j, '2026-11-20'::date d, '2026-11-20T10:00:00+02'::timestamptz tz, '2026-11-20T10:00:00'::timestamp ts, true t, ARRAY[1,2] l, '\\x00ff'::bytea y, '6a567e36-6d58-774c-d0da-cb44515f03cf'::uuid u, NULL n, '10:00'::time h, $1::jsonb p, $2::int i, $3 z", "options": {"queryReplacement": "={{ [{a: 'x'}, 7, null] }}"}}
            """)).ShouldBe("""[{"s":1,"r":1.5,"b":"2","j":{"a":[1]},"d":"2026-11-20","tz":"2026-11-20T08:00:00.000Z","ts":"2026-11-20T10:00:00.000Z","t":true,"l":[1,2],"y":"AP8=","u":"6a567e36-6d58-774c-d0da-cb44515f03cf","n":null,"h":"10:00:00","p":{"a":"x"},"i":7,"z":null}]""");
    }

    [Fact]
    public async Task What_does_not_answer_says_so()
    {
        var services = new NodeServices { Connections = new OneConnection("postgres", """{"host": "127.0.0.1", "port": 1, "password": "a long secret"}""") };
        var refused = await Should.ThrowAsync<NodeException>(() => RunAsync(services, "postgres", """{"operation": "executeQuery", "query": "SELECT 1"}""", "[{}]"));
        refused.Message.ShouldStartWith("the database 127.0.0.1:1 does not answer");
        refused.Message.ShouldNotContain("secret");
        refused.Retryable.ShouldBeTrue();
        var guarded = new NodeServices { Connections = services.Connections, GuardsAddresses = _ => true };
        (await Should.ThrowAsync<NodeException>(() => RunAsync(guarded, "postgres", """{"operation": "executeQuery", "query": "SELECT 1"}""", "[{}]"))).Message.ShouldBe("'127.0.0.1' is not a public address");
        var missing = new NodeServices { Connections = new OneConnection("sqlite", """{"file": "/no/such/folder/x.db"}""") };
        (await Should.ThrowAsync<NodeException>(() => RunAsync(missing, "sqlite", """{"operation": "executeQuery", "query": "SELECT 1"}""", "[{}]"))).Message.ShouldStartWith("the file /no/such/folder/x.db cannot be opened as a database");
    }

    [Theory]
    [InlineData("""{"operation": "select"}""", "parameters.table: required for the operation select")]
    [InlineData("""{"operation": "executeQuery"}""", "parameters.query: required for the operation executeQuery")]
    [InlineData("""{"operation": "update", "table": "t"}""", "parameters.columns.matchingColumns: required for the operation update: the columns that tell the row")]
    [InlineData("""{"operation": "select", "table": "t", "where": {"values": [{"column": "a", "condition": "~"}]}}""", "parameters.where.values[0].condition: expected one of: equal, =, !=, LIKE, >, <, >=, <=, IS NULL, IS NOT NULL; not '~'; did you mean '='?")]
    public void What_makes_no_sense_is_refused_when_it_is_loaded(string parameters, string expected) =>
        NodeFixture.Load(Node("postgres", parameters)).Problems.Select(p => $"{p.Field}: {p.Message}").ShouldContain(expected);

    private static JsObject Node(string type, string parameters) => new()
    {
        ["name"] = "Node", ["type"] = type, ["parameters"] = JsJson.Parse(parameters), ["credentials"] = new JsObject { [type] = new JsObject { ["name"] = "mine" } },
    };

    private static async Task<string> RunAsync(NodeServices services, string type, string parameters, string items)
    {
        var check = NodeFixture.Load(Node(type, parameters));
        check.Problems.ShouldBeEmpty();
        var output = await NodeFixture.RunAsync(check.Model!.Find("Node")!, check.Model, [NodeFixture.Items(JsJson.Parse(items))], services);
        return JsJson.WriteString(new JsArray([.. output[0].Select(i => (JsValue)i.Json)]));
    }

    private static string JsonText(string text) => JsJson.WriteString(text)[1..^1];

    private static async Task<OpenDatabase> OpenAsync(DatabaseKind kind)
    {
        var database = await BothEngines.CreateAsync(kind);
        var address = database.Address;
        if (kind == DatabaseKind.Sqlite) return new OpenDatabase(database, "sqlite", new JsObject { ["file"] = address.Connection });
        var settings = new Npgsql.NpgsqlConnectionStringBuilder(address.Connection);
        return new OpenDatabase(database, "postgres", new JsObject { ["host"] = settings.Host, ["port"] = settings.Port, ["database"] = settings.Database, ["user"] = settings.Username, ["ssl"] = "disable" });
    }

    private sealed class OpenDatabase(Database database, string type, JsObject fields) : IAsyncDisposable
    {
        private readonly NodeServices _services = new() { Connections = new OneConnection(type, JsJson.WriteString(fields)) };

        public Task<string> RunAsync(string parameters, string items = "[{}]") => SqlTests.RunAsync(_services, type, parameters, items);

        public async ValueTask DisposeAsync()
        {
            _services.Databases.Dispose();
            await database.DisposeAsync();
        }
    }
}
