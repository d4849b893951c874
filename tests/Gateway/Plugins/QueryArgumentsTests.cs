using Sluice.Gateway.Plugins;

namespace Sluice.Gateway.Tests.Plugins;

public class QueryArgumentsTests
{
    [Theory]
    [InlineData("", 0, null)]
    [InlineData("?", 0, null)]
    [InlineData("?k", 1, null)]
    [InlineData("?k=", 1, "")]
    [InlineData("?k=a+b%20c", 1, "a b c")]
    [InlineData("?k=a=b", 1, "a=b")]
    [InlineData("?%6b=1", 1, "1")]
    [InlineData("?K=1&kk=2", 0, null)]
    [InlineData("?k=1&&k=2&k=3", 3, "1")]
    [InlineData("k=%zz", 1, "%zz")]
    public void Values_are_found_and_decoded(string query, int count, string? first)
    {
        var found = QueryArguments.Find(query, "k");
        found.Count.ShouldBe(count);
        found.First.ShouldBe(first);
    }

    [Fact]
    public void Only_the_first_hundred_arguments_are_looked_at()
    {
        var query = "?" + string.Concat(Enumerable.Repeat("a=1&", 99));
        QueryArguments.Find(query + "k=1", "k").Count.ShouldBe(1);
        QueryArguments.Find(query + "a=1&k=1", "k").Count.ShouldBe(0);
    }

    [Theory]
    [InlineData("?a=%20&k=1&b", "?a=%20&b")]
    [InlineData("?k=1", "")]
    [InlineData("?k&a", "?a")]
    [InlineData("?a&%6b=1", "?a")]
    [InlineData("", "")]
    public void Removing_leaves_the_others_as_they_came(string query, string rest) => QueryArguments.Remove(query, "k").ShouldBe(rest);
}
