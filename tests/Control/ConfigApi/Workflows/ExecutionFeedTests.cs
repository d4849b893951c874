using System.Text;
using Microsoft.AspNetCore.Http;
using Sluice.Control.ConfigApi.Workflows;
using Sluice.Workflows.History;
using Sluice.Workflows.Runs;

namespace Sluice.Control.Tests.ConfigApi.Workflows;

public sealed class ExecutionFeedTests
{
    private readonly ExecutionFeed feed = new(TimeProvider.System);

    [Fact]
    public void Who_reads_slowly_holds_nothing_up_and_is_told_what_was_missed()
    {
        using var watching = feed.Watch();
        for (var i = 0; i < ExecutionFeed.Kept + 904; i++) feed.Add(Run($"{i}"), ended: false);
        var (events, missed, _) = feed.From(1);
        (events.Count, missed).ShouldBe((ExecutionFeed.Kept, 904));
        events[0].Execution.ShouldBe("904");
        feed.From(feed.Next).Events.ShouldBeEmpty();
    }

    [Fact]
    public async Task Whoever_waits_is_woken()
    {
        using var watching = feed.Watch();
        var waits = Enumerable.Range(0, 100).Select(_ => feed.From(feed.Next).More).ToList();
        waits.ShouldAllBe(w => !w.IsCompleted);
        feed.Add(Run("a"), ended: true);
        await Task.WhenAll(waits).WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        feed.From(1).Events.ShouldHaveSingleItem().Event.ShouldBe("execution-succeeded");
    }

    [Fact]
    public void Nothing_is_noted_while_nobody_watches()
    {
        feed.Add(Run("a"), ended: false);
        feed.Next.ShouldBe(1);
    }

    [Fact]
    public async Task A_client_that_comes_back_goes_on_where_it_was()
    {
        using var watching = feed.Watch();
        for (var i = 1; i <= 5; i++) feed.Add(Run($"{i}"), ended: i == 5);
        (await FollowAsync($"{feed.Epoch}-3")).ShouldBe($"retry: 2000\n\nid: {feed.Epoch}-4\nevent: execution-started\ndata: 4\n\nid: {feed.Epoch}-5\nevent: execution-succeeded\ndata: 5\n\n");
    }

    [Theory]
    [InlineData("00000000-3")]
    [InlineData("3")]
    [InlineData("x-y-z")]
    [InlineData("-")]
    public void What_another_node_numbered_means_nothing_here(string last)
    {
        var stream = new ExecutionStream(feed, Request(last));
        stream.Last.ShouldBeNull();
        stream.IsLost.ShouldBeTrue();
        new ExecutionStream(feed, Request("")).IsLost.ShouldBeFalse();
    }

    private async Task<string> FollowAsync(string last)
    {
        var http = Request(last);
        http.Response.Body = new MemoryStream();
        var stream = new ExecutionStream(feed, http);
        await stream.StartAsync();
        await stream.FollowAsync(stream.Last!.Value, _ => true, e => e.Event is "execution-succeeded");
        var text = Encoding.UTF8.GetString(((MemoryStream)http.Response.Body).ToArray());
        return System.Text.RegularExpressions.Regex.Replace(text, "data: .*\"execution\":\"(?<id>\\d+)\".*", "data: ${id}", System.Text.RegularExpressions.RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(10));
    }

    private static DefaultHttpContext Request(string last)
    {
        var http = new DefaultHttpContext();
        http.Request.Headers["Last-Event-ID"] = last;
        return http;
    }

    private static RunSummary Run(string id) => new(id, "w", "v", RunMode.Production, "", null, RunPhase.Succeeded, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, null, "", null, 0);
}
