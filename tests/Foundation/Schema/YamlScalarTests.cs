using Sluice.Foundation.Schema;

namespace Sluice.Foundation.Tests.Schema;

public class YamlScalarTests
{
    [Theory]
    [InlineData("yes", 1)]
    [InlineData("On", 1)]
    [InlineData("TRUE", 1)]
    [InlineData("no", 0)]
    [InlineData("off", 0)]
    [InlineData("False", 0)]
    public void Booleans_are_those_of_YAML_1_1(string text, double value)
    {
        var scalar = YamlScalar.Type(default, text);
        scalar.Kind.ShouldBe(ScalarKind.Boolean);
        scalar.Number.ShouldBe(value);
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("-12", -12)]
    [InlineData("1_000", 1000)]
    [InlineData("017", 15)]
    [InlineData("089", 89)]
    [InlineData("0x1f", 31)]
    [InlineData("0b101", 5)]
    [InlineData("1e3", 1000)]
    [InlineData("+.5", 0.5)]
    [InlineData("1:30", 90)]
    [InlineData("190:20:30.5", 685230.5)]
    public void Numbers_come_in_all_the_forms_of_YAML_1_1(string text, double value)
    {
        var scalar = YamlScalar.Type(default, text);
        scalar.Kind.ShouldBe(ScalarKind.Number);
        scalar.Number.ShouldBe(value);
    }

    [Theory]
    [InlineData("y")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:80")]
    [InlineData("10:80")]
    [InlineData("1.2.3")]
    [InlineData("0xzz")]
    [InlineData("-")]
    [InlineData("_")]
    [InlineData(".")]
    [InlineData("3.0rc1")]
    public void What_only_looks_like_one_is_a_string(string text) => YamlScalar.Type(default, text).Kind.ShouldBe(ScalarKind.String);

    [Theory]
    [InlineData("")]
    [InlineData("~")]
    [InlineData("Null")]
    public void Nothing_is_null(string text) => YamlScalar.Type(default, text).IsNull.ShouldBeTrue();
}
