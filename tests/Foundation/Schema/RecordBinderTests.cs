using System.Text;
using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;

namespace Sluice.Foundation.Tests.Schema;

public class RecordBinderTests
{
    private sealed class EvenLengthAttribute : RuleAttribute
    {
        public override string? Refuse(string value) => value.Length % 2 == 0 ? null : "must have an even length";
    }

    private enum Colour { Red, DarkBlue }

    [Shorthand("inner_size", "inner.size")]
    private sealed record Sample : IChecked
    {
        [Required]
        public string Name { get; init; } = "";

        [Between(1, 10)]
        public int Count { get; init; } = 3;

        [GreaterThan(0)]
        public double? Ratio { get; init; }

        public bool Enabled { get; init; } = true;

        [OneOf("red", "green")]
        public string? Kind { get; init; }

        public Colour Colour { get; init; }

        public Guid? Id { get; init; }

        [Unique, Length(0, 3)]
        public IReadOnlyList<string> Tags { get; init; } = [];

        [EvenLength]
        public IReadOnlySet<string> Even { get; init; } = new HashSet<string>();

        [EvenLength(OnKeys = true)]
        public IReadOnlyDictionary<string, IReadOnlyList<int>> Map { get; init; } = new Dictionary<string, IReadOnlyList<int>>();

        public Inner Inner { get; init; } = new();

        public IReadOnlyList<Inner>? Inners { get; init; }

        [AllowEmpty]
        public string? Body { get; init; }

        [Pattern("[a-z]+", "lower-case letters"), Secret]
        public string? Password { get; init; }

        [Alias("old_host")]
        public string? NewHost { get; init; }

        [Ignored]
        public int Derived { get; init; }

        public void Check(Action<string, string> report)
        {
            if (Count == 9)
                report("count", "nine is unlucky");
        }
    }

    private sealed record Inner
    {
        [OneOfNumbers(1, 2)]
        public int Size { get; init; } = 1;
    }

    private static (Sample? Record, IReadOnlyList<Problem> Problems) Bind(string yaml)
    {
        var (root, problem) = DocumentParser.Parse("f.yml", Encoding.UTF8.GetBytes(yaml), DocumentFormat.Yaml);
        problem.ShouldBeNull();
        var problems = new List<Problem>();
        return ((Sample?)RecordBinder.Bind(typeof(Sample), (MapNode)root!, new Binding("sample", problems)), problems);
    }

    private static Sample Fine(string yaml)
    {
        var (record, problems) = Bind(yaml);
        problems.ShouldBeEmpty();
        return record.ShouldNotBeNull();
    }

    [Fact]
    public void What_is_not_given_keeps_the_defaults_of_the_record()
    {
        var record = Fine("name: a");

        record.Count.ShouldBe(3);
        record.Enabled.ShouldBeTrue();
        record.Inner.Size.ShouldBe(1);
        record.Ratio.ShouldBeNull();
    }

    [Fact]
    public void Null_is_the_same_as_not_given() => Fine("name: a\ncount: ~\ntags:\ninner: null").Count.ShouldBe(3);

    [Fact]
    public void Every_shape_of_field_is_read()
    {
        var record = Fine("""
            name: a
            count: 5.0
            ratio: 0.5
            enabled: no
            kind: green
            colour: dark_blue
            id: 8d257a85-2ac0-5869-b244-e2882409f85d
            tags: [x, y]
            even: [ab, ab]
            map: {ab: [1, 2]}
            inner: {size: 2}
            inners: [{}, {size: 2}]
            body: ""
            password: abc
            """);

        record.Count.ShouldBe(5);
        record.Ratio.ShouldBe(0.5);
        record.Enabled.ShouldBeFalse();
        record.Colour.ShouldBe(Colour.DarkBlue);
        record.Id.ShouldBe(new Guid("8d257a85-2ac0-5869-b244-e2882409f85d"));
        record.Tags.ShouldBe(["x", "y"]);
        record.Even.ShouldBe(["ab"]);
        record.Map["ab"].ShouldBe([1, 2]);
        record.Inner.Size.ShouldBe(2);
        record.Inners!.Count.ShouldBe(2);
        record.Body.ShouldBe("");
    }

    [Fact]
    public void Older_names_and_shorthands_are_read_where_the_newer_is_absent()
    {
        Fine("{name: a, old_host: h}").NewHost.ShouldBe("h");
        Fine("{name: a, old_host: h, new_host: n}").NewHost.ShouldBe("n");
        Fine("{name: a, inner_size: 2}").Inner.Size.ShouldBe(2);
        Fine("{name: a, inner_size: 2, inner: {size: 1}}").Inner.Size.ShouldBe(1);
    }

    [Fact]
    public void An_empty_map_and_an_empty_list_are_the_same()
    {
        Fine("{name: a, tags: {}}").Tags.ShouldBeEmpty();
        Fine("{name: a, map: [], inner: []}").Map.ShouldBeEmpty();
    }

    [Fact]
    public void A_set_drops_what_it_has_already_and_says_so()
    {
        var (record, problems) = Bind("{name: a, tags: [x, y, x]}");

        record!.Tags.ShouldBe(["x", "y"]);
        problems.ShouldHaveSingleItem().ToString().ShouldBe("f.yml:1:24: warning: sample: tags[2]: is in the list already");
    }

    [Theory]
    [InlineData("{}", "1:1: sample: name: required field missing")]
    [InlineData("{name: }", "1:1: sample: name: required field missing")]
    [InlineData("{name: 1}", "1:8: sample: name: expected a string, not a number; put it in quotes")]
    [InlineData("{name: ''}", "1:8: sample: name: must not be empty")]
    [InlineData("{name: a, cuont: 1}", "1:11: sample: cuont: unknown field; did you mean 'count'?")]
    [InlineData("{name: a, zzzzzz: 1}", "1:11: sample: zzzzzz: unknown field")]
    [InlineData("{name: a, derived: 1}", "1:11: sample: derived: unknown field")]
    [InlineData("{name: a, count: '1'}", "1:18: sample: count: expected an integer, not a string")]
    [InlineData("{name: a, count: 1.5}", "1:18: sample: count: expected an integer, not 1.5")]
    [InlineData("{name: a, count: 11}", "1:18: sample: count: must be between 1 and 10, not 11")]
    [InlineData("{name: a, count: .nan}", "1:18: sample: count: must be between 1 and 10, not NaN")]
    [InlineData("{name: a, count: 9}", "1:18: sample: count: nine is unlucky")]
    [InlineData("{name: a, ratio: 0}", "1:18: sample: ratio: must be greater than 0, not 0")]
    [InlineData("{name: a, enabled: 'yes'}", "1:20: sample: enabled: expected a boolean, not a string")]
    [InlineData("{name: a, kind: gren}", "1:17: sample: kind: expected one of: red, green; not 'gren'; did you mean 'green'?")]
    [InlineData("{name: a, colour: blue}", "1:19: sample: colour: expected one of: red, dark_blue; not 'blue'")]
    [InlineData("{name: a, id: x}", "1:15: sample: id: expected a UUID like 8d257a85-2ac0-5869-b244-e2882409f85d, not 'x'")]
    [InlineData("{name: a, tags: x}", "1:17: sample: tags: expected a list, not a string")]
    [InlineData("{name: a, tags: [a, b, c, d]}", "1:17: sample: tags: must have at most 3 elements, not 4")]
    [InlineData("{name: a, tags: [a, 1]}", "1:21: sample: tags[1]: expected a string, not a number; put it in quotes")]
    [InlineData("{name: a, tags: [a, ~]}", "1:21: sample: tags[1]: expected a string, not null")]
    [InlineData("{name: a, even: [abc]}", "1:18: sample: even[0]: must have an even length")]
    [InlineData("{name: a, map: {abc: [1]}}", "1:17: sample: map.abc: must have an even length")]
    [InlineData("{name: a, map: {ab: 1}}", "1:21: sample: map.ab: expected a list, not a number")]
    [InlineData("{name: a, map: {ab: [x]}}", "1:22: sample: map.ab[0]: expected an integer, not a string")]
    [InlineData("{name: a, inner: x}", "1:18: sample: inner: expected a map, not a string")]
    [InlineData("{name: a, inner: {size: 3}}", "1:25: sample: inner.size: expected one of: 1, 2; not 3")]
    [InlineData("{name: a, inners: [{}, {sise: 1}]}", "1:25: sample: inners[1].sise: unknown field; did you mean 'size'?")]
    [InlineData("{name: a, password: ABC}", "1:21: sample: password: must be lower-case letters")]
    public void Each_problem_says_where_and_what(string yaml, string expected)
    {
        var (record, problems) = Bind(yaml);

        record.ShouldBeNull();
        problems.ShouldHaveSingleItem().ToString().ShouldBe("f.yml:" + expected);
    }

    [Fact]
    public void All_problems_are_told_at_once() => Bind("{count: 11, kind: blue, tags: [1, 2]}").Problems.Count.ShouldBe(5);

    [Fact]
    public void The_schema_says_the_same_as_the_binder()
    {
        var schema = JsonSchema.Of(typeof(Sample));
        var fields = schema["properties"]!;

        schema["required"]!.ToJsonString().ShouldBe("[\"name\"]");
        schema["additionalProperties"]!.GetValue<bool>().ShouldBeFalse();
        fields["count"]!.ToJsonString().ShouldBe("""{"type":"integer","minimum":1,"maximum":10,"default":3}""");
        fields["ratio"]!.ToJsonString().ShouldBe("""{"type":"number","exclusiveMinimum":0}""");
        fields["kind"]!["enum"]!.ToJsonString().ShouldBe("""["red","green"]""");
        fields["colour"]!["enum"]!.ToJsonString().ShouldBe("""["red","dark_blue"]""");
        fields["tags"]!["maxItems"]!.GetValue<int>().ShouldBe(3);
        fields["map"]!["additionalProperties"]!["items"]!["type"]!.GetValue<string>().ShouldBe("integer");
        fields["old_host"]!["deprecated"]!.GetValue<bool>().ShouldBeTrue();
        schema["$defs"]!["Inner"]!["properties"]!["size"]!["enum"]!.ToJsonString().ShouldBe("[1,2]");
    }
}
