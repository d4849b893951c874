using System.Text;
using System.Text.Json;
using Sluice.Gateway.Plugins.GraphQl;
using Sluice.Gateway.Plugins.GraphQl.Language;
using Sluice.Gateway.Plugins.GraphQl.Measuring;
using Sluice.Gateway.Plugins.GraphQl.Requests;

namespace Sluice.Fuzz.Targets;

/// <summary>GraphQL documents, schemas and requests. What is read can be measured; what is wrong is told with a place inside the document.</summary>
internal sealed class GraphQlTarget() : FuzzTarget("graphql")
{
    private const int MaxTokens = 100_000;

    private static readonly GraphQlWeights Weights = new(new GraphQlConfig());

    public override IReadOnlyList<byte[]> Pieces { get; } = AllOf(
        "{", "}", "(", ")", "[", "]", "...", "...F ", "on ", "fragment F on T {", "fragment G on T {...F ", "query Q(", "$a: [Int!]! = ", "$a", "@d(", "a: ", "first: 10", "first: $a", "\"", "\"\"\"", "\\u{1F600}", "\\ud83d", "\\",
        "-", "0", "1e", ".5", "#", "\r\n", "\ufeff", "\u00e4", "\0", "type A {", "schema {", "extend ", "|", "&", "!", "__schema", "{\"query\":\"", "\",\"extensions\":{\"persistedQuery\":{\"version\":1,\"sha256Hash\":\"");

    protected override IEnumerable<byte[]> Samples => AllOf(
        "query Q($a: Int = 3, $b: [In!]! = [{c: RED}]) @d { x: orders(first: $a, by: {page: {size: 5}}) { ...F ... on T @e(f: 1.5e3) { id } } } fragment F on T { lines(last: 2) { g(h: \"\\u00e4\\n\") } }",
        "{ a(b: \"\"\"\n  block \\\"\"\"\n    more\n\"\"\") { __typename } } # comment",
        "\"\"\"Shop\"\"\" schema { query: Q } type Q implements N & M @k(f: \"x\") { a(b: Int = 1): [A!]! } union U = | A | B enum E { A B } input I { a: Int = 1 } scalar S directive @k(f: String) repeatable on OBJECT | FIELD extend type Q { c: D }",
        "{\"query\":\"{ a(first: 10) { b } }\",\"operationName\":null,\"variables\":{\"a\":[1,\"2\"]},\"extensions\":{\"persistedQuery\":{\"version\":1,\"sha256Hash\":\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"},\"x\":{}}}");

    protected override void Run(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        Check(text);
        var (schema, problem) = GraphQlSchemaParser.Parse(text);
        (schema is null).ShouldBe(problem is not null);
        var (requests, _, refusal) = GraphQlRequestReader.ReadBody(input, 5, withNames: true);
        if (refusal is not null) requests.ShouldBeEmpty();
        foreach (var request in requests) Check(request);
        GraphQlRequestReader.ReadQuery(text, withNames: true);
    }

    private static void Check(GraphQlRequest request)
    {
        if (request.Query is not { } query) return;
        Check(query);

        // What is written in place of a request reads the same.
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream)) request.WriteTo(json);
        var again = GraphQlRequestReader.ReadBody(stream.ToArray(), 0, withNames: true).Requests.ShouldHaveSingleItem();
        (again.Query, again.OperationName, again.Persisted).ShouldBe((query, request.OperationName, null));
    }

    private static void Check(string text)
    {
        var (document, problem) = GraphQlParser.Parse(text, MaxTokens);
        if (document is null)
        {
            var lines = text.ReplaceLineEndings("\n").Split('\n').Length;
            problem.ShouldNotBeNull().Line.ShouldBeInRange(1, Math.Max(lines, text.Split('\r', '\n').Length));
            problem.Column.ShouldBeInRange(1, text.Length + 1);
            return;
        }

        foreach (var operation in document.Operations)
        {
            var measure = new GraphQlMeter(document, operation, Weights, default).Measure();
            measure.Complexity.ShouldBeGreaterThanOrEqualTo(measure.Depth);
            GraphQlMeter.RootFields(document, operation).ShouldNotBeEmpty();
        }
    }
}
