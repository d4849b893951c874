using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sluice.Control.ConfigApi;
using Sluice.Control.ConfigApi.Description;

namespace Sluice.Control.Usage;

/// <summary><c>/api/v1/usage</c>: what consumers have called, added up as it is asked for, as JSON in pages or as one CSV file.</summary>
/// <param name="usage">Where it is counted; null where the gateway has no database.</param>
public sealed class UsageApi(StoredUsage? usage)
{
    private const int MostLines = 100_000;
    private const int MostCharacters = 500;

    private static readonly string[] Known = ["from", "to", "consumer", "route", "group_by", "format", "page", "per_page"];

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/v1/usage", ShowAsync).Describe(
        new EndpointDescription("Show what consumers have called, added up") { AnswerType = typeof(UsageView) }
            .Asks("from", "The first hour, such as 2026-11-01T00:00:00Z.").Asks("to", "The first hour that is not wanted.").Asks("consumer", "Only this consumer's calls, by its id or name.")
            .Asks("route", "Only calls of this route, by its name, or its id where it has none.")
            .Asks("group_by", "What has rows of its own: consumer, route, and one of hour, day and month (UTC), with commas between them; consumer,route,hour unless it is given, and none for one row.")
            .Asks("format", $"json unless it is given, or csv: all rows, at most {MostLines}, as text/csv.")
            .Asks("page", "1 for the first.").Asks("per_page", "Rows of a page, at most 1000; 50 unless it is given."));

    private async Task ShowAsync(HttpContext http)
    {
        var (query, field, problem) = Read(http.Request.Query);
        if (query is null)
        {
            await Envelope.RefuseAsync(http, StatusCodes.Status400BadRequest, new ApiError("VALIDATION_FAILED", $"{field}: {problem}", field));
            return;
        }

        if (await Paging.ReadAsync(http) is not { } paging) return;
        if (usage is null)
            await Envelope.RefuseAsync(http, StatusCodes.Status409Conflict, new ApiError("USAGE_NOT_STORED", "the gateway has no database of its own, so that nothing is counted: start it with --data or --database"));
        else if (http.Request.Query["format"] is ["csv"])
            await ExportAsync(http, usage, query);
        else
        {
            var (rows, total) = await usage.ListAsync(query, paging.Offset, paging.Size, http.RequestAborted);
            await Envelope.AnswerAsync(http, new UsageView([.. rows.Select(Show)], await usage.SumAsync(query, http.RequestAborted)), page: paging.Of(total));
        }
    }

    private static async Task ExportAsync(HttpContext http, StoredUsage usage, UsageQuery query)
    {
        var (rows, total) = await usage.ListAsync(query, 0, MostLines, http.RequestAborted);
        if (total > MostLines)
        {
            await Envelope.RefuseAsync(http, StatusCodes.Status400BadRequest, new ApiError("TOO_MANY_ROWS", $"{total} rows are more than the {MostLines} that a file may have: ask for a shorter time with from and to, or for fewer rows with group_by"));
            return;
        }

        var text = new StringBuilder("since,consumer_id,consumer,route,calls,failed,bytes\r\n");
        foreach (var row in rows)
        {
            text.Append(row.Since?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)).Append(',').Append(row.ConsumerId).Append(',').Append(Csv.Cell(row.Consumer ?? ""))
                .Append(',').Append(Csv.Cell(row.Route ?? "")).Append(CultureInfo.InvariantCulture, $",{row.Sums.Calls},{row.Sums.Failed},{row.Sums.Bytes}\r\n");
        }

        http.Response.ContentType = "text/csv; charset=utf-8";
        http.Response.Headers.ContentDisposition = "attachment; filename=\"usage.csv\"";
        if (!HttpMethods.IsHead(http.Request.Method)) await http.Response.WriteAsync(text.ToString(), http.RequestAborted);
    }

    /// <summary>What is asked for, or the parameter that is wrong and what would be right.</summary>
    private static (UsageQuery? Query, string Field, string Problem) Read(IQueryCollection query)
    {
        foreach (var (name, values) in query)
        {
            var text = values.ToString();
            if (!Known.Contains(name, StringComparer.Ordinal)) return (null, Plain(name), $"there are only {string.Join(", ", Known)}");
            if (values.Count > 1) return (null, name, "given twice");
            if (text.Length > MostCharacters || text.Any(char.IsControl)) return (null, name, $"expected at most {MostCharacters} printable characters");
        }

        DateTimeOffset? from = null, to = null;
        foreach (var name in (string[])["from", "to"])
        {
            if (query[name].ToString() is not { Length: > 0 } text) continue;
            if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)) return (null, name, "expected a time such as 2026-11-01T00:00:00Z");
            if (name == "from") from = time;
            else to = time;
        }

        if (from >= to) return (null, "to", "expected a time after from");
        if (query["format"].ToString() is not ("" or "json" or "csv")) return (null, "format", "expected json or csv");
        var read = new UsageQuery { From = from, To = to, Consumer = Text("consumer"), Route = Text("route") };
        foreach (var part in (Text("group_by") ?? "consumer,route,hour").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var more = part switch
            {
                "none" => read,
                "consumer" => read with { ByConsumer = true },
                "route" => read with { ByRoute = true },
                "hour" or "day" or "month" when read.Period == UsagePeriod.All => read with { Period = Enum.Parse<UsagePeriod>(part, ignoreCase: true) },
                _ => null,
            };
            if (more is null) return (null, "group_by", "expected consumer, route and at most one of hour, day and month, with commas between them, or none");
            read = more;
        }

        return (read, "", "");

        string? Text(string name) => query[name].ToString() is { Length: > 0 } text ? text : null;
    }

    private static string Plain(string name) => string.Concat(name.Take(100).Select(c => char.IsControl(c) ? '?' : c));

    private static UsageRowView Show(UsageRow row) => new(row.Since, row.ConsumerId, row.Consumer, row.Route, row.Sums.Calls, row.Sums.Failed, row.Sums.Bytes);

    /// <param name="Rows">One for each consumer, route and time that is asked for, the earliest first.</param>
    /// <param name="Sums">Of all rows, also those of other pages.</param>
    private sealed record UsageView(IReadOnlyList<UsageRowView> Rows, UsageSums Sums);

    private sealed record UsageRowView(DateTimeOffset? Since, string? ConsumerId, string? Consumer, string? Route, long Calls, long Failed, long Bytes);
}
