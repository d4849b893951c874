using Sluice.Control.KongAdmin;

namespace Sluice.Control.Tests.KongAdmin;

public sealed class TagFilterTests
{
    [Theory]
    [InlineData(null, "", true)]
    [InlineData("a", "a b", true)]
    [InlineData("a", "b", false)]
    [InlineData("a,b", "a b c", true)]
    [InlineData("a,b", "a c", false)]
    [InlineData("a/b", "b", true)]
    [InlineData("a/b", "c", false)]
    [InlineData("a,", "a", true)]
    public void Finds_by_all_or_any(string? filter, string tags, bool found)
    {
        TagFilter.TryParse(filter, out var parsed).ShouldBeTrue();
        parsed.Matches(tags.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ShouldBe(found);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a,b/c")]
    [InlineData(",a")]
    [InlineData("a,,b")]
    [InlineData("a,,")]
    public void Refuses_what_is_no_filter(string filter) => TagFilter.TryParse(filter, out _).ShouldBeFalse();
}
