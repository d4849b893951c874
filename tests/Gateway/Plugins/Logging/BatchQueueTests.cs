using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Gateway.Plugins.Logging;

namespace Sluice.Gateway.Tests.Plugins.Logging;

public sealed class BatchQueueTests
{
    private readonly SemaphoreSlim sentOne = new(0);
    private readonly List<string> sent = [];
    private Func<string?> outcome = () => null;

    [Fact]
    public async Task Entries_go_out_one_by_one_at_once()
    {
        await using var queue = Queue(new());
        queue.Add("a"u8);
        queue.Add("b"u8);
        await SentAsync(2);
        sent.ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task A_full_batch_goes_out_before_its_delay()
    {
        await using var queue = Queue(new() { MaxBatchSize = 3, MaxCoalescingDelay = TimeSpan.FromHours(1) });
        foreach (var entry in new[] { "a", "b", "c" }) queue.Add(Encoding.ASCII.GetBytes(entry));
        await SentAsync(1);
        sent.ShouldBe(["a,b,c"]);
    }

    [Fact]
    public async Task A_batch_goes_out_after_its_delay()
    {
        await using var queue = Queue(new() { MaxBatchSize = 100, MaxCoalescingDelay = TimeSpan.FromMilliseconds(20) });
        queue.Add("a"u8);
        await SentAsync(1);
        sent.ShouldBe(["a"]);
    }

    [Fact]
    public async Task A_failed_batch_is_sent_again()
    {
        var failures = 3;
        outcome = () => failures-- > 0 ? "away" : null;
        await using var queue = Queue(new() { InitialRetryDelay = TimeSpan.FromMilliseconds(1) });
        queue.Add("a"u8);
        await SentAsync(4);
        sent.ShouldBe(["a", "a", "a", "a"]);
        queue.Dropped.ShouldBe(0);
    }

    [Fact]
    public async Task A_batch_is_given_up_in_the_end_and_the_next_one_goes_out()
    {
        outcome = () => sent[^1] == "a" ? "away" : null;
        await using var queue = Queue(new() { MaxRetryTime = TimeSpan.FromSeconds(-1) });
        queue.Add("a"u8);
        queue.Add("b"u8);
        await SentAsync(2);
        sent.ShouldBe(["a", "b"]);
        queue.Dropped.ShouldBe(1);
    }

    [Fact]
    public async Task The_oldest_make_room_and_closing_sends_what_is_left()
    {
        var queue = Queue(new() { MaxBatchSize = 100, MaxEntries = 3, MaxBytes = 10, MaxCoalescingDelay = TimeSpan.FromHours(1) });
        for (var i = 0; i < 5; i++) queue.Add(Encoding.ASCII.GetBytes(i.ToString()));
        queue.Add("12345678"u8);
        queue.Add("too long for it"u8);
        queue.Dropped.ShouldBe(4);
        await queue.DisposeAsync();
        sent.ShouldBe(["3,4,12345678"]);
        queue.Add("late"u8);
        queue.Dropped.ShouldBe(5);
    }

    private async Task SentAsync(int batches)
    {
        for (var i = 0; i < batches; i++) (await sentOne.WaitAsync(Eventually.Patience)).ShouldBeTrue();
    }

    private BatchQueue Queue(BatchQueueSettings settings) => new(
        "test",
        settings,
        (batch, _) =>
        {
            sent.Add(string.Join(',', batch.Select(Encoding.ASCII.GetString)));
            var result = outcome();
            sentOne.Release();
            return Task.FromResult(result);
        },
        TimeProvider.System,
        NullLogger.Instance);
}
