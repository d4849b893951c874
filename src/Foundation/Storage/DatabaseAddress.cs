using Npgsql;

namespace Sluice.Foundation.Storage;

#pragma warning disable MA0054 // The driver's own message may repeat a password: it goes no further.

/// <summary>Where a database is: a file of SQLite, or a PostgreSQL server.</summary>
/// <param name="Kind">Which engine.</param>
/// <param name="Connection">What its driver connects with. Holds the password: never print it, print <see cref="ToString"/>.</param>
public sealed record DatabaseAddress(DatabaseKind Kind, string Connection)
{
    /// <summary>What a person reads in an error and in <c>/status</c>: without user and password.</summary>
    public required string Shown { get; init; }

    /// <summary>The database in a file, which is made when it is not there.</summary>
    public static DatabaseAddress File(string path) => new(DatabaseKind.Sqlite, Path.GetFullPath(path)) { Shown = "sqlite:" + path };

    /// <summary>
    /// Reads <c>postgres://user:password@host:port/database?sslmode=require</c> (also <c>postgresql://</c>), a connection string of Npgsql
    /// (<c>Host=...;Database=...</c>) or <c>sqlite:PATH</c>.
    /// </summary>
    /// <exception cref="FormatException">It is none of these; the message says what is wrong and never repeats a password.</exception>
    public static DatabaseAddress Parse(string text)
    {
        if (text.StartsWith("sqlite:", StringComparison.OrdinalIgnoreCase))
            return text.Length > "sqlite:".Length ? File(text["sqlite:".Length..]) : throw new FormatException("a path is missing after sqlite:");
        if (text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase))
            return FromUrl(text);
        if (text.Contains('=', StringComparison.Ordinal))
            return FromKeywords(text);
        throw new FormatException("expected postgres://user:password@host:5432/database, Host=...;Database=... or sqlite:PATH");
    }

    public override string ToString() => Shown;

    private static DatabaseAddress FromUrl(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Host.Length == 0)
            throw new FormatException("expected postgres://user:password@host:5432/database");
        var builder = new NpgsqlConnectionStringBuilder { Host = Uri.UnescapeDataString(url.Host), Port = url.IsDefaultPort || url.Port < 0 ? 5432 : url.Port };
        var user = url.UserInfo.Split(':', 2);
        if (user[0].Length > 0)
            builder.Username = Uri.UnescapeDataString(user[0]);
        if (user.Length > 1)
            builder.Password = Uri.UnescapeDataString(user[1]);
        if (url.AbsolutePath.Length > 1)
            builder.Database = Uri.UnescapeDataString(url.AbsolutePath[1..]);
        foreach (var option in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var pair = option.Split('=', 2);
            var name = Uri.UnescapeDataString(pair[0]);
            var value = pair.Length > 1 ? Uri.UnescapeDataString(pair[1]) : "";
            Set(builder, string.Equals(name, "host", StringComparison.OrdinalIgnoreCase) ? "Host" : name, name, value);
        }
        return Postgres(builder);
    }

    private static DatabaseAddress FromKeywords(string text)
    {
        try
        {
            return Postgres(new NpgsqlConnectionStringBuilder(text));
        }
        catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException)
        {
            throw new FormatException("a keyword of the connection string is unknown or its value makes no sense; expected Host=...;Port=...;Username=...;Password=...;Database=...");
        }
    }

    private static void Set(NpgsqlConnectionStringBuilder builder, string keyword, string name, string value)
    {
        try
        {
            // libpq writes verify-ca and verify-full.
            builder[keyword] = value.Replace("verify-", "Verify", StringComparison.OrdinalIgnoreCase);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException or InvalidCastException)
        {
            throw new FormatException($"the option '{name}' is unknown or its value makes no sense");
        }
    }

    private static DatabaseAddress Postgres(NpgsqlConnectionStringBuilder builder)
    {
        if (string.IsNullOrEmpty(builder.Host))
            throw new FormatException("the host is missing; expected postgres://user:password@host:5432/database");
        builder.IncludeErrorDetail = false;
        builder.PersistSecurityInfo = false;
        builder.ApplicationName ??= "sluice";
        return new DatabaseAddress(DatabaseKind.Postgres, builder.ConnectionString)
        {
            Shown = $"postgres://{builder.Host}:{builder.Port}/{builder.Database ?? builder.Username}",
        };
    }
}
