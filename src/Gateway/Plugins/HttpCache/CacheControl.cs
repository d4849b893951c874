using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace Sluice.Gateway.Plugins.HttpCache;

/// <summary>
/// What a Cache-Control field says (RFC 9111, section 5.2), in seconds. A directive given twice counts as the stricter one says, and a lifetime that
/// is no number counts as none at all: what is doubtful is rather asked for again than served too long.
/// </summary>
internal readonly record struct CacheControl
{
    /// <summary>About 68 years: what a number too large to count with stands for (RFC 9111, section 1.2.2).</summary>
    private const long MaxSeconds = int.MaxValue;

    public bool NoStore { get; init; }

    /// <summary>For the whole response; see <see cref="NoCacheFields"/>.</summary>
    public bool NoCache { get; init; }

    /// <summary>For the whole response; see <see cref="PrivateFields"/>.</summary>
    public bool Private { get; init; }

    public bool Public { get; init; }

    public bool MustRevalidate { get; init; }

    public bool ProxyRevalidate { get; init; }

    public bool MustUnderstand { get; init; }

    public bool Immutable { get; init; }

    public bool OnlyIfCached { get; init; }

    public long? MaxAge { get; init; }

    public long? SharedMaxAge { get; init; }

    public long? StaleWhileRevalidate { get; init; }

    public long? StaleIfError { get; init; }

    public long? MinFresh { get; init; }

    /// <summary>Without a number the client takes any age.</summary>
    public long? MaxStale { get; init; }

    /// <summary>The names that <c>no-cache="..."</c> lists, as written; null without.</summary>
    public string? NoCacheFields { get; init; }

    /// <summary>The names that <c>private="..."</c> lists, as written; null without.</summary>
    public string? PrivateFields { get; init; }

    /// <param name="field">Its lines.</param>
    /// <param name="target">The name behind a <c>;</c> that directives meant for one cache carry in Surrogate-Control; those for others do not count.</param>
    public static CacheControl Parse(StringValues field, string? target = null)
    {
        var read = default(CacheControl);
        foreach (var line in field)
        {
            var rest = line.AsSpan();
            while (Next(ref rest, out var name, out var value, out var hasValue))
                if (target is null || IsFor(target, ref value)) read = read.With(name, value, hasValue);
        }

        return read;
    }

    private static bool IsFor(string target, scoped ref ReadOnlySpan<char> value)
    {
        var end = value.IndexOf(';');
        if (end < 0) return true;
        var meant = value[(end + 1)..].Trim();
        value = value[..end].TrimEnd();
        return meant.SequenceEqual(target);
    }

    /// <summary>Takes one directive off; commas inside quotes do not end it.</summary>
    private static bool Next(scoped ref ReadOnlySpan<char> rest, out ReadOnlySpan<char> name, out ReadOnlySpan<char> value, out bool hasValue)
    {
        name = value = default;
        hasValue = false;
        rest = rest.TrimStart(" \t,");
        if (rest.IsEmpty) return false;
        var end = rest.IndexOfAny('=', ',');
        if (end < 0 || rest[end] == ',')
        {
            name = (end < 0 ? rest : rest[..end]).Trim();
            rest = end < 0 ? default : rest[(end + 1)..];
            return true;
        }

        name = rest[..end];
        rest = rest[(end + 1)..];
        hasValue = true;
        if (!rest.IsEmpty && rest[0] == '"')
        {
            var close = 1;
            while (close < rest.Length && rest[close] != '"') close += rest[close] == '\\' ? 2 : 1;
            close = Math.Min(close, rest.Length);
            value = rest[1..close];
            rest = rest[Math.Min(close + 1, rest.Length)..];
            var comma = rest.IndexOf(',');
            rest = comma < 0 ? default : rest[(comma + 1)..];
            return true;
        }

        end = rest.IndexOf(',');
        value = (end < 0 ? rest : rest[..end]).TrimEnd();
        rest = end < 0 ? default : rest[(end + 1)..];
        return true;
    }

    private CacheControl With(ReadOnlySpan<char> name, ReadOnlySpan<char> value, bool hasValue)
    {
        if (Is(name, "no-store")) return this with { NoStore = true };
        if (Is(name, "no-cache")) return hasValue ? this with { NoCacheFields = Join(NoCacheFields, value) } : this with { NoCache = true };
        if (Is(name, "private")) return hasValue ? this with { PrivateFields = Join(PrivateFields, value) } : this with { Private = true };
        if (Is(name, "public")) return this with { Public = true };
        if (Is(name, "must-revalidate")) return this with { MustRevalidate = true };
        if (Is(name, "proxy-revalidate")) return this with { ProxyRevalidate = true };
        if (Is(name, "must-understand")) return this with { MustUnderstand = true };
        if (Is(name, "immutable")) return this with { Immutable = true };
        if (Is(name, "only-if-cached")) return this with { OnlyIfCached = true };
        if (Is(name, "max-age")) return this with { MaxAge = Stricter(MaxAge, value) };
        if (Is(name, "s-maxage")) return this with { SharedMaxAge = Stricter(SharedMaxAge, value) };
        if (Is(name, "stale-while-revalidate")) return this with { StaleWhileRevalidate = Stricter(StaleWhileRevalidate, value) };
        if (Is(name, "stale-if-error")) return this with { StaleIfError = Stricter(StaleIfError, value) };
        if (Is(name, "min-fresh")) return this with { MinFresh = Seconds(value) };
        if (Is(name, "max-stale")) return this with { MaxStale = hasValue ? Seconds(value) : MaxSeconds };
        return this;
    }

    private static bool Is(ReadOnlySpan<char> name, string directive) => name.Equals(directive, StringComparison.OrdinalIgnoreCase);

    private static string Join(string? before, ReadOnlySpan<char> more) => before is null ? more.ToString() : $"{before},{more}";

    private static long Stricter(long? before, ReadOnlySpan<char> value) => Math.Min(before ?? long.MaxValue, Seconds(value) ?? 0);

    /// <summary>A non-negative number of digits alone; null for anything else.</summary>
    private static long? Seconds(ReadOnlySpan<char> value)
    {
        if (value.IsEmpty || value.ContainsAnyExceptInRange('0', '9')) return null;
        return long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? Math.Min(number, MaxSeconds) : MaxSeconds;
    }
}
