using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Tests.Pipeline;

public class RequestIdTests
{
    [Fact]
    public void Ids_are_32_hex_digits_and_differ()
    {
        var seen = new HashSet<string>();
        for (var i = 0; i < 100_000; i++)
        {
            var id = RequestIdBytes.Next().ToString();
            seen.Add(id).ShouldBeTrue();
            if (i % 1000 == 0) id.ShouldMatch("^[0-9a-f]{32}$");
        }
    }

    [Fact]
    public void Making_one_allocates_nothing()
    {
        RequestIdBytes.Next();
        Allocations.Least(() =>
        {
            for (var i = 0; i < 1000; i++) RequestIdBytes.Next();
        }).ShouldBe(0);
    }
}
