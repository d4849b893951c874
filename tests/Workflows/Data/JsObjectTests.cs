using Sluice.Workflows.Data;

namespace Sluice.Workflows.Tests.Data;

public sealed class JsObjectTests
{
    [Theory]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(500)]
    public void Keeps_the_order_through_sets_and_removals(int count)
    {
        var value = new JsObject();
        for (var i = 0; i < count; i++) value.Set($"n{i}", i);
        value.Set("n0", "again");
        value.Remove("n1").ShouldBeTrue();
        value.Remove("n1").ShouldBeFalse();
        value.Names.ShouldBe(Enumerable.Range(0, count).Where(i => i != 1).Select(i => $"n{i}"));
        value["n0"].AsString.ShouldBe("again");
        value[$"n{count - 1}"].AsNumber.ShouldBe(count - 1);
        value["missing"].IsUndefined.ShouldBeTrue();
    }

    [Fact]
    public void A_hint_finds_the_name_wherever_it_lies()
    {
        var hint = 0;
        JsObject first = new() { ["a"] = 1, ["b"] = 2 }, second = new() { ["b"] = 3 };
        first.TryGet("b", ref hint, out var value).ShouldBeTrue();
        value.AsNumber.ShouldBe(2);
        second.TryGet("b", ref hint, out value).ShouldBeTrue();
        value.AsNumber.ShouldBe(3);
        second.TryGet("a", ref hint, out _).ShouldBeFalse();
    }

    [Fact]
    public void A_clone_is_separate()
    {
        var value = new JsObject { ["2"] = 1, ["1"] = 2 };
        var clone = value.Clone();
        clone["0"] = 3;
        value.Count.ShouldBe(2);
        clone.Names.ShouldBe(["0", "1", "2"]);
    }
}
