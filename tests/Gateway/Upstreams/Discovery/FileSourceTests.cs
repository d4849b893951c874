using Sluice.Gateway.Configuration;
using Sluice.Gateway.Upstreams.Discovery;

namespace Sluice.Gateway.Tests.Upstreams.Discovery;

public sealed class FileSourceTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("sluice-discovery-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("endpoints.yaml", "- 10.0.0.1:80\n- {address: 'orders.internal:8080', weight: 3}\n", "- '[::1]:80'")]
    [InlineData("endpoints.json", """["10.0.0.1:80", {"address": "orders.internal:8080", "weight": 3}]""", """["[::1]:80"]""")]
    public async Task A_list_is_read_again_when_it_changes(string name, string first, string second)
    {
        var path = Path.Combine(folder, name);
        await File.WriteAllTextAsync(path, first, TestContext.Current.CancellationToken);
        using var feed = new FeedFixture(new FileSource(new FileDiscovery { Path = path }, TimeProvider.System));
        await feed.TellsAsync("10.0.0.1:80*100 orders.internal:8080*3");
        await File.WriteAllTextAsync(path + ".new", second, TestContext.Current.CancellationToken);
        File.Move(path + ".new", path, overwrite: true);
        await feed.TellsAsync("::1:80*100");
    }

    [Theory]
    [InlineData("- 10.0.0.1")]
    [InlineData("- {address: '10.0.0.1:80', weight: x}")]
    [InlineData("a: b")]
    [InlineData("- [")]
    public async Task A_file_that_is_no_list_changes_nothing_and_says_where(string bad)
    {
        var path = Path.Combine(folder, "endpoints.yaml");
        await File.WriteAllTextAsync(path, "- 10.0.0.1:80", TestContext.Current.CancellationToken);
        using var feed = new FeedFixture(new FileSource(new FileDiscovery { Path = path }, TimeProvider.System));
        await feed.TellsAsync("10.0.0.1:80*100");
        await File.WriteAllTextAsync(path, bad, TestContext.Current.CancellationToken);
        await feed.IsUpAsync(false);
        feed.Status.Problem!.ShouldContain("endpoints.yaml");
        feed.Status.Endpoints.ShouldBe(1);
        await File.WriteAllTextAsync(path, "- 10.0.0.2:80", TestContext.Current.CancellationToken);
        await feed.TellsAsync("10.0.0.2:80*100");
        await feed.IsUpAsync(true);
    }
}
