using System.Text;
using Sluice.Gateway.Plugins.GraphQl;
using Sluice.Gateway.Plugins.GraphQl.Language;
using Sluice.Gateway.Plugins.GraphQl.Measuring;

namespace Sluice.Gateway.Tests.Plugins.GraphQl;

public sealed class GraphQlMeterTests
{
    private static readonly GraphQlConfig Shop = new()
    {
        Schema = "type Query { orders(first: Int): Orders all: [Order] search: [Thing] } type Orders { edges: [Edge] total: Int } type Edge { node: Order } type Order { id: ID lines: [Line] } type Line { id: ID } interface Thing { id: ID }",
        FieldCosts = new Dictionary<string, double> { ["Query.search"] = 100, ["total"] = 7, ["Order.id"] = 0 },
        TypeCosts = new Dictionary<string, double> { ["Order"] = 5 },
        DefaultListSize = 3,
    };

    [Theory]
    [InlineData("{ a { b { c } } d }", 3, 4)]
    [InlineData("{ a { ...F } } fragment F on T { b { c } }", 3, 3)]
    [InlineData("{ a { ... on T { b } ... { c } } }", 2, 3)]
    [InlineData("{ a(first: 10) { b(last: 5) { c d } } }", 3, 1 + (10 * (1 + (5 * 2))))]
    [InlineData("{ a(first: 2, limit: 4) { b } }", 2, 5)]
    [InlineData("{ a(first: 0) { b } c(first: -5) { d } e(first: null) { f } }", 2, 6)]
    [InlineData("query ($n: Int) { a(first: $n) { b } }", 2, 1 + 20)]
    [InlineData("query ($m: Int = 30) { a(first: $m) { b } }", 2, 1 + 30)]
    [InlineData("query ($text: Int) { a(first: $text) { b } }", 2, 1 + 40)]
    [InlineData("query ($none: Int) { a(first: $none) { b } }", 2, 2)]
    [InlineData("{ a(page: {size: 6}) { b } }", 2, 7)]
    [InlineData("query ($p: Page) { a(page: $p) { b } }", 2, 9)]
    [InlineData("query ($n: Int) { a(page: {size: $n}) { b } }", 2, 21)]
    [InlineData("{ __schema { types { fields { name } } } a }", 1, 5)]
    public void Depth_and_complexity(string text, int depth, double complexity)
    {
        var measure = Measure(text, new() { ListArguments = ["first", "last", "limit", "page.size"] }, """{"n": 20, "text": "40", "none": null, "p": {"size": 8}}""");
        (measure.Depth, measure.Complexity).ShouldBe((depth, complexity));
    }

    [Theory]
    [InlineData("{ a }", 1)]
    [InlineData("{ search { id } }", 100 + (3 * 1))]
    [InlineData("{ all { id } }", 1 + (3 * (5 + 0)))]
    [InlineData("{ orders(first: 10) { total edges { node { id } } } }", 1 + (10 * (7 + (1 + (1 + (1 * (5 + 0)))))))]
    [InlineData("{ all { lines { id } } }", 1 + (3 * (5 + 1 + (3 * 1))))]
    [InlineData("{ search { ... on Order { id lines { id } } } }", 100 + (3 * (0 + 1 + (3 * 1))))]
    public void Costs_of_fields_and_types(string text, double cost) => Measure(text, Shop).Cost.ShouldBe(cost);

    [Fact]
    public void Aliases_directives_and_root_fields_count_as_often_as_fragments_are_spread()
    {
        var measure = Measure("query @a { x: b @c ...F ...F } fragment F on Query @g { h: i ... on Query @j { k } }");
        measure.Aliases.ShouldBe(3);
        measure.RootFields.ShouldBe(5);
        measure.Directives.ShouldBe(2 + (2 * 2));
        Measure("{ __type(name: \"A\") { fields { type { name } } } }").IntrospectionDepth.ShouldBe(4);
    }

    /// <summary>A million million fields in a few lines.</summary>
    [Fact]
    public void Fragments_that_multiply_are_measured_at_once()
    {
        var text = new StringBuilder("{ ...F0 }");
        for (var i = 0; i < 15; i++) text.Append($" fragment F{i} on T {{ {string.Concat(Enumerable.Range(0, 10).Select(n => $"a{n}: b {{ ...F{i + 1} }} "))} }}");
        var measure = Measure(text + " fragment F15 on T { c }");
        measure.Complexity.ShouldBeGreaterThan(1e15);
        measure.Aliases.ShouldBeGreaterThan(1e14);
    }

    [Fact]
    public void Root_fields_are_found_in_fragments_too()
    {
        var document = GraphQlParser.Parse("{ a ...F ... { b { no } } } fragment F on Query { c: d a }", 1000).Document!;
        GraphQlMeter.RootFields(document, document.Operations[0]).ShouldBe(["a", "d", "b"]);
    }

    private static GraphQlMeasure Measure(string text, GraphQlConfig? config = null, string variables = "")
    {
        var document = GraphQlParser.Parse(text, 100_000).Document.ShouldNotBeNull();
        return new GraphQlMeter(document, document.Operations[0], new GraphQlWeights(config ?? new()), Encoding.UTF8.GetBytes(variables)).Measure();
    }
}
