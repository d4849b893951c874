using Sluice.Gateway.Plugins.Transforming;

namespace Sluice.Gateway.Tests.Plugins.Transforming;

public sealed class ArgumentsTests
{
    [Theory]
    [InlineData("a=%20&b=+&c=%2B&d&e=&f=1&f=2&g[]=1&%C3%A9=1", "%C3%A9=1&a=%20&b=%20&c=%2B&d&e=&f=1&f=2&g%5B%5D=1")]
    [InlineData("z=1&m=2&a=3", "a=3&m=2&z=1")]
    [InlineData("&&a=1&=x&", "a=1")]
    [InlineData("a=%2541&b=%zz&c=%4", "a=%2541&b=%25zz&c=%254")]
    [InlineData("a=%ff%fe&%80=1", "%80=1&a=%ff%fe")]
    [InlineData("", "")]
    public void Parameters_are_written_sorted_and_encoded_anew(string read, string written) =>
        Arguments.Parse(read).Write(sorted: true).ShouldBe(written);

    [Fact]
    public void Names_are_compared_decoded()
    {
        var arguments = Arguments.Parse("%61=1&a=2&b");
        arguments.Get("a").ShouldBe(["1", "2"]);
        arguments.Rename("a", "c");
        arguments.Set("b", "x&y");
        arguments.Append("c", "3");
        arguments.Remove("absent");
        arguments.Write(sorted: false).ShouldBe("b=x%26y&c=1&c=2&c=3");
    }
}
