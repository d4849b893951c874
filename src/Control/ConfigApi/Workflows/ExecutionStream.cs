using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Sluice.Control.ConfigApi.Workflows;

/// <summary>Server-sent events of runs: each with its number as the id, a comment as a heartbeat, and <c>missed</c> for who could not keep up.</summary>
internal sealed class ExecutionStream(ExecutionFeed feed, HttpContext http)
{
    /// <summary>How long nothing may be sent.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long events are gathered before they are sent: of many runs a second each watcher is woken a few times only. Nobody sees the difference.
    /// </summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(50);

    /// <summary>Where the client was when it lost the connection, as the number of the next event; null for one that has just come, or was with another node.</summary>
    public long? Last => http.Request.Headers["Last-Event-ID"].ToString().Split('-') is [var epoch, var number] && string.Equals(epoch, feed.Epoch, StringComparison.Ordinal)
        && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var last) && last < long.MaxValue ? last + 1 : null;

    /// <summary>Whether the client comes back, and nobody here knows what it has missed.</summary>
    public bool IsLost => Last is null && http.Request.Headers["Last-Event-ID"].ToString().Length > 0;

    /// <summary>Begins the answer.</summary>
    public async Task StartAsync()
    {
        http.Response.ContentType = "text/event-stream; charset=utf-8";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await http.Response.WriteAsync("retry: 2000\n\n", http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
    }

    /// <summary>Sends one event.</summary>
    public async Task SendAsync(string name, object data, long? number = null)
    {
        if (number is { } id) await http.Response.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"id: {feed.Epoch}-{id}\n"), http.RequestAborted);
        await http.Response.WriteAsync($"event: {name}\ndata: {JsonSerializer.Serialize(data, Envelope.Json)}\n\n", http.RequestAborted);
    }

    /// <summary>Sends events from a number on until the client goes away.</summary>
    /// <param name="wanted">Which.</param>
    /// <param name="ends">Whether an event is the last that there will be.</param>
    /// <param name="idle">Called when nothing has come for a moment; true ends the stream.</param>
    public async Task FollowAsync(long from, Func<ExecutionEvent, bool> wanted, Func<ExecutionEvent, bool> ends, Func<Task<bool>>? idle = null)
    {
        var gone = http.RequestAborted;
        var silent = TimeSpan.Zero;
        var pause = idle is null ? Heartbeat : TimeSpan.FromSeconds(1);
        while (!gone.IsCancellationRequested)
        {
            var (events, missed, more) = feed.From(from);
            if (missed > 0) await SendAsync("missed", new { Events = missed });
            foreach (var happened in events)
            {
                from = happened.Number + 1;
                if (!wanted(happened)) continue;
                silent = TimeSpan.Zero;
                await SendAsync(happened.Event, happened, happened.Number);
                if (!ends(happened)) continue;
                await http.Response.Body.FlushAsync(gone);
                return;
            }

            await http.Response.Body.FlushAsync(gone);
            try
            {
                // Unlike a delay beside it, this leaves no timer behind when there is more at once.
                await more.WaitAsync(pause, TimeProvider.System, gone);
                await Task.Delay(Gathering, TimeProvider.System, gone);
                continue;
            }
            catch (TimeoutException)
            {
                // Nothing has happened.
            }
            catch (OperationCanceledException)
            {
                return;
            }

            if (idle is not null && await idle()) return;
            if ((silent += pause) < Heartbeat) continue;
            silent = TimeSpan.Zero;
            await http.Response.WriteAsync(": still here\n\n", gone);
        }
    }
}
