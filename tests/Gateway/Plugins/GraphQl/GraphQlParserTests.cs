using Sluice.Gateway.Plugins.GraphQl.Language;

namespace Sluice.Gateway.Tests.Plugins.GraphQl;

public sealed class GraphQlParserTests
{
    [Theory]
    [InlineData("{a}")]
    [InlineData("\uFEFF{a}")]
    [InlineData("query Q($a: [Int!]! = [1, 2] @x, $b: In = {c: {d: null}}) @y(z: 1) { a }")]
    [InlineData("{ a: b(c: -1.5e+3, d: $e, f: [RED, true, \"x\\u00e4\\n\"]) @include(if: $g) { ... on T @z { h } ...F ... { i } } } fragment F on T { j }")]
    [InlineData("mutation { a } # the end \u00e4\U0001F600")]
    [InlineData("subscription on { query mutation fragment on: on }")]
    [InlineData("{ a(b: \"\"\"x \\\"\"\" \"y\" \r\n z\"\"\", c: \"\\ud83d\\ude00 \\u{1F600}\") }")]
    [InlineData("query A { a } query B { b }")]
    [InlineData("{ ...A ...A } fragment A on T { ...B ...B } fragment B on T { a }")]
    public void Good_documents_are_read(string text) => Parse(text).Problem.ShouldBeNull();

    [Theory]
    [InlineData("", "Syntax Error: Unexpected <EOF>.", 1, 1)]
    [InlineData("{", "Syntax Error: Expected Name, found <EOF>.", 1, 2)]
    [InlineData("{}", "Syntax Error: Expected Name, found \"}\".", 1, 2)]
    [InlineData("{ a", "Syntax Error: Unexpected <EOF>.", 1, 4)]
    [InlineData("{ a } }", "Syntax Error: Unexpected \"}\".", 1, 7)]
    [InlineData("{\r\n  a(b: 01)\n}", "Syntax Error: Invalid number, unexpected digit after 0: \"1\".", 2, 9)]
    [InlineData("{ a(b: 1x) }", "Syntax Error: Invalid number, expected digit but got: \"x\".", 1, 9)]
    [InlineData("{ a(b: 1.) }", "Syntax Error: Invalid number, expected digit but got: \")\".", 1, 10)]
    [InlineData("{ a(b: -) }", "Syntax Error: Invalid number, expected digit but got: \")\".", 1, 9)]
    [InlineData("{\r  a(b: \"x\n\") }", "Syntax Error: Unterminated string.", 2, 10)]
    [InlineData("{ a(b: \"\\x\") }", "Syntax Error: Invalid character escape sequence: \"\\x\") }\".", 1, 9)]
    [InlineData("{ a(b: \"\\ud800\") }", "Invalid character escape sequence", 1, 9)]
    [InlineData("{ a(b: \"\\u{110000}\") }", "Invalid character escape sequence", 1, 9)]
    [InlineData("{ a(b: \"\"\"x) }", "Syntax Error: Unterminated string.", 1, 15)]
    [InlineData("{ a(b: \"\u0001\") }", "Syntax Error: Invalid character within String: U+0001.", 1, 9)]
    [InlineData("{ \u00e4 }", "Syntax Error: Unexpected character: U+00E4.", 1, 3)]
    [InlineData("{ .. a }", "Syntax Error: Unexpected character: \".\".", 1, 3)]
    [InlineData("{ a() }", "Syntax Error: Expected Name, found \")\".", 1, 5)]
    [InlineData("query ($a: Int = $b) { a }", "Syntax Error: Unexpected variable in a constant value.", 1, 18)]
    [InlineData("fragment on on T { a }", "Syntax Error: Unexpected Name \"on\".", 1, 10)]
    [InlineData("fragment F { a }", "Syntax Error: Expected \"on\", found \"{\".", 1, 12)]
    [InlineData("type A { b: C }", "Syntax Error: Unexpected Name \"type\".", 1, 1)]
    [InlineData("fragment F on T { a }", "Document contains no operation.", 1, 1)]
    [InlineData("{ a } { b }", "This anonymous operation must be the only defined operation.", 1, 1)]
    [InlineData("query A { a }\nquery A { b }", "There can be only one operation named \"A\".", 2, 1)]
    [InlineData("{ a } fragment F on T { a } fragment F on T { a }", "There can be only one fragment named \"F\".", 1, 29)]
    [InlineData("{ ...F }", "Unknown fragment \"F\".", 1, 3)]
    [InlineData("{ a }\nfragment A on T { b { ...B } }\nfragment B on T { ...A }", "Cannot spread fragment \"A\" within itself.", 3, 19)]
    public void What_is_wrong_is_told_with_its_place(string text, string message, int line, int column)
    {
        var problem = Parse(text).Problem.ShouldNotBeNull();
        problem.Message.ShouldContain(message);
        (problem.Line, problem.Column).ShouldBe((line, column));
    }

    [Fact]
    public void Values_mean_what_they_stand_for()
    {
        const string Block = "\"\"\"\n\n    Hello,\n      World! \\\"\"\"\n\n    Yours\n  \n\"\"\"";
        var document = Parse($$"""{ a(b: "x\u00e4\ud83d\ude00\t\"\\", c: {{Block}}, d: [1, -2.5, true, null, RED, {e: $f}]) }""").Document!;
        var arguments = ((GraphQlField)document.Operations[0].Selections[0]).Arguments;
        Scalar(arguments[0].Value).ShouldBe((GraphQlScalarKind.String, "x\u00e4\U0001F600\t\"\\"));
        Scalar(arguments[1].Value).ShouldBe((GraphQlScalarKind.String, "Hello,\n  World! \"\"\"\n\nYours"));
        var list = ((GraphQlList)arguments[2].Value).Items;
        list.Take(5).Select(Scalar).ShouldBe([(GraphQlScalarKind.Int, "1"), (GraphQlScalarKind.Float, "-2.5"), (GraphQlScalarKind.Boolean, "true"), (GraphQlScalarKind.Null, "null"), (GraphQlScalarKind.Enum, "RED")]);
        ((GraphQlVariableValue)((GraphQlObject)list[5]).Fields[0].Value).Name.ShouldBe("f");

        static (GraphQlScalarKind, string) Scalar(GraphQlValue value) => value is GraphQlScalar scalar ? (scalar.Kind, scalar.Text) : default;
    }

    [Fact]
    public void Types_of_variables_are_kept()
    {
        var variables = Parse("query ($a: [[Int!]]! = null, $b: X) { a }").Document!.Operations[0].Variables;
        variables.Select(v => $"{v.Name} {v.Type} {v.Type.InnerName}").ShouldBe(["a [[Int!]]! Int", "b X X"]);
    }

    [Fact]
    public void Tokens_and_nesting_are_bounded()
    {
        GraphQlParser.Parse("{ a b c }", 5).Problem.ShouldBeNull();
        GraphQlParser.Parse("{ a b c d }", 5).Problem!.Message.ShouldContain("more than 5 tokens");
        Parse(Nested("{ a ", " }", 99)).Problem.ShouldBeNull();
        foreach (var (open, close) in new[] { ("{ a ", " }"), ("{ ... ", " }") })
            Parse(Nested(open, close, 100_000)).Problem!.Message.ShouldContain("nested more than");
        Parse($"{{ a(b: {new string('[', 100_000)}) }}").Problem!.Message.ShouldContain("nested more than");
        Parse($"query ($a: {new string('[', 100_000)}) {{ a }}").Problem!.Message.ShouldContain("nested more than");
        var chain = string.Concat(Enumerable.Range(0, 1000).Select(i => $"fragment F{i} on T {{ a {{ ...F{i + 1} }} }} "));
        Parse("{ ...F0 } " + chain + "fragment F1000 on T { a }").Problem!.Message.ShouldContain("spread within each other");

        static string Nested(string open, string close, int times) => string.Concat(Enumerable.Repeat(open, times)) + "{ a }" + string.Concat(Enumerable.Repeat(close, times));
    }

    [Fact]
    public void A_schema_tells_the_types_of_fields()
    {
        var (schema, problem) = GraphQlSchemaParser.Parse(""""
            """A shop."""
            schema @link(url: "x") { query: Root mutation: Change }
            directive @link(url: String) repeatable on SCHEMA | OBJECT
            "Where all begins"
            type Root implements Node & Thing @key(fields: "id") { "Them" orders(first: Int = 10, by: [Sort!]): [Order!]! me: User @x }
            interface Node { id: ID! }
            extend type Root { more: Int }
            type Order { total: Float }
            union Any = | Order | User
            enum Sort { ASC DESC @deprecated }
            input Page { first: Int = 1 }
            scalar Date
            """");
        problem.ShouldBeNull();
        schema!.RootOf(GraphQlOperationType.Query).ShouldBe("Root");
        schema.RootOf(GraphQlOperationType.Subscription).ShouldBeNull();
        schema.TypeOf("Root", "orders")!.ToString().ShouldBe("[Order!]!");
        schema.TypeOf("Root", "more")!.Name.ShouldBe("Int");
        schema.TypeOf("Order", "id").ShouldBeNull();
        GraphQlSchemaParser.Parse("type Query { a: Int }").Schema!.RootOf(GraphQlOperationType.Query).ShouldBe("Query");
        GraphQlSchemaParser.Parse("type A { a Int }").Problem!.ToString().ShouldBe("Syntax Error: Expected \":\", found Name \"Int\". (line 1, column 12)");
        GraphQlSchemaParser.Parse("{ a }").Problem.ShouldNotBeNull();
    }

    private static (GraphQlDocument? Document, GraphQlProblem? Problem) Parse(string text) => GraphQlParser.Parse(text, 1_000_000);
}
