using System.Collections.Concurrent;

namespace Sluice.Acceptance.Harness;

/// <summary>Four callers that post <c>x</c> and want <c>ok</c>, one request after another, until they are told to stop.</summary>
public sealed class BackgroundLoad : IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly HttpClient client = new() { Timeout = RawClient.Patience };
    private readonly ConcurrentBag<string> wrong = [];
    private readonly Uri address;
    private readonly Task[] callers;
    private int served;

    public BackgroundLoad(Uri address)
    {
        this.address = address;
        callers = [.. Enumerable.Range(0, 4).Select(_ => CallAsync())];
    }

    /// <summary>Stops them; every request must have been answered right, and there must have been many.</summary>
    public async Task ShouldHaveGoneWellAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(callers);
        wrong.ShouldBeEmpty();
        served.ShouldBeGreaterThan(20);
    }

    public void Dispose()
    {
        stop.Cancel();
        client.Dispose();
        stop.Dispose();
    }

    private async Task CallAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var response = await client.PostAsync(address, new StringContent("x"));
                if (!response.IsSuccessStatusCode || await response.Content.ReadAsStringAsync() != "ok") wrong.Add(response.ToString());
                Interlocked.Increment(ref served);
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
            {
                wrong.Add(e.ToString());
            }
        }
    }
}
