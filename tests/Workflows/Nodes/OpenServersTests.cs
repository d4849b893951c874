using Sluice.Workflows.Nodes;

namespace Sluice.Workflows.Tests.Nodes;

public sealed class OpenServersTests
{
    [Fact]
    public void What_was_not_used_for_longest_is_closed_when_there_are_too_many()
    {
        var closed = new List<string>();
        using (var servers = new OpenServers<string, Server>(2, name => new Server(name, closed)))
        {
            var a = servers.Find("a");
            servers.Find("b");
            servers.Find("a").ShouldBeSameAs(a);
            servers.Find("c");
            closed.ShouldBe(["b"]);
            servers.Find("a").ShouldBeSameAs(a);
            servers.Find("b");
            closed.ShouldBe(["b", "c"]);
        }

        closed.Order().ShouldBe(["a", "b", "b", "c"]);
    }

    private sealed class Server(string name, List<string> closed) : IDisposable
    {
        public void Dispose() => closed.Add(name);
    }
}
