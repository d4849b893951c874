using Dapper;
using Sluice.Foundation.Storage;

namespace Sluice.Control.Usage;

/// <summary>How long the times are that counts are added up for.</summary>
public enum UsagePeriod
{
    /// <summary>The whole time that is asked for.</summary>
    All,

    Hour,

    Day,

    Month,
}

/// <summary>Which counts of calls are wanted, and how they are added up.</summary>
public sealed record UsageQuery
{
    /// <summary>The first hour, in UTC; null for the earliest there is.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>The first hour that is not wanted; null for the latest.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>A consumer's id or name; null for all.</summary>
    public string? Consumer { get; init; }

    /// <summary>A route's name, or its id where it has none; null for all.</summary>
    public string? Route { get; init; }

    /// <summary>Whether each consumer has rows of its own.</summary>
    public bool ByConsumer { get; init; }

    /// <summary>Whether each route has rows of its own.</summary>
    public bool ByRoute { get; init; }

    public UsagePeriod Period { get; init; }

    internal (string Where, DynamicParameters Values) Condition()
    {
        var values = new DynamicParameters();
        var where = new List<string> { "1 = 1" };
        Add("hour >= @from", "from", From?.ToUnixTimeMilliseconds());
        Add("hour < @to", "to", To?.ToUnixTimeMilliseconds());
        Add("(consumer = @consumer OR consumer_name = @consumer)", "consumer", Consumer);
        Add("route = @route", "route", Route);
        return (string.Join(" AND ", where), values);

        void Add(string condition, string name, object? value)
        {
            if (value is null) return;
            where.Add(condition);
            values.Add(name, value);
        }
    }

    /// <summary>When the period of a row began, in SQL: of the whole time, 0.</summary>
    internal string PeriodSql(DatabaseKind kind) => Period switch
    {
        UsagePeriod.Hour => "hour",
        UsagePeriod.Day => "hour - hour % 86400000",
        UsagePeriod.Month when kind == DatabaseKind.Postgres => "CAST(extract(epoch FROM date_trunc('month', to_timestamp(hour / 1000.0) AT TIME ZONE 'UTC')) * 1000 AS bigint)",
        UsagePeriod.Month => "CAST(strftime('%s', hour / 1000, 'unixepoch', 'start of month') AS integer) * 1000",
        _ => "hour - hour",
    };
}

/// <summary>Counts added up.</summary>
/// <param name="ConsumerId">Null where rows are not by consumer.</param>
/// <param name="Consumer">Its name; the last in the alphabet where it had several.</param>
/// <param name="Route">Null where rows are not by route.</param>
/// <param name="Since">When the period began; null for the whole time.</param>
public sealed record UsageRow(string? ConsumerId, string? Consumer, string? Route, DateTimeOffset? Since, UsageSums Sums);

/// <param name="Calls">Calls that were answered.</param>
/// <param name="Failed">Those of them that brought the caller nothing.</param>
/// <param name="Bytes">Of the responses' bodies.</param>
public sealed record UsageSums(long Calls, long Failed, long Bytes);
