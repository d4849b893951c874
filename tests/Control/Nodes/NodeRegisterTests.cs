using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Control.Nodes;
using Sluice.Foundation.Storage;
using Sluice.Tests.Servers;

namespace Sluice.Control.Tests.Nodes;

public sealed class NodeRegisterTests
{
    [Fact]
    public async Task Nodes_on_one_database_see_each_other_and_what_each_serves()
    {
        var address = await BothEngines.AddressAsync(DatabaseKind.Postgres);
        await using var databaseA = new Database(address);
        await using var databaseB = new Database(address);
        long release = 3;
        using var a = Register(databaseA, "a", () => new NodeReport(Interlocked.Read(ref release), null));
        using var b = Register(databaseB, "b", () => new NodeReport(3, "release 4 cannot be read"));
        using var stopA = new CancellationTokenSource();
        using var stopB = new CancellationTokenSource();
        var running = Task.WhenAll(a.RunAsync(stopA.Token), b.RunAsync(stopB.Token));

        await UntilAsync(a, nodes => nodes is [{ IsSelf: true, IsGone: false, Report.Release: 3 }, { IsSelf: false, Report.Problem: "release 4 cannot be read" }]);
        Interlocked.Exchange(ref release, 4);
        a.Hurry();
        await UntilAsync(b, nodes => nodes[0].Report.Release == 4);

        await stopB.CancelAsync();
        await UntilAsync(a, nodes => nodes is [{ Node.Host: "a" }]);
        await stopA.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_database_in_a_file_has_one_node_and_is_not_even_opened()
    {
        var address = await BothEngines.AddressAsync(DatabaseKind.Sqlite);
        await using var database = new Database(address);
        using var register = Register(database, "a", () => new NodeReport(1, null));
        await register.RunAsync(CancellationToken.None);
        (await register.ListAsync()).Single().IsSelf.ShouldBeTrue();
        File.Exists(address.Connection).ShouldBeFalse();
    }

    [Fact]
    public void A_node_keeps_its_id()
    {
        var folder = Path.Combine(Directory.CreateTempSubdirectory("sluice-node-").FullName, "data");
        var id = Node.LoadId(folder);
        Node.LoadId(folder).ShouldBe(id);
        Node.LoadId("/dev/null/x").ShouldNotBe(id);
    }

    private static NodeRegister Register(Database database, string host, Func<NodeReport> report) => new(
        database, new Node { Id = Guid.NewGuid().ToString(), Host = host, Version = "1", Roles = NodeRoles.All, StartedAt = TimeProvider.System.GetUtcNow() },
        report, TimeProvider.System, NullLogger.Instance);

    private static async Task UntilAsync(NodeRegister register, Func<IReadOnlyList<NodeStatus>, bool> seen)
    {
        for (var i = 0; !seen(await register.ListAsync()); i++)
        {
            i.ShouldBeLessThan(600, "the register did not come to say so");
            await Task.Delay(100);
        }
    }
}
