namespace Sluice.Control.Identity;

/// <summary>Somebody with a password. Times are milliseconds since 1970, as they are stored.</summary>
public sealed class User
{
    public string Id { get; set; } = Guid.NewGuid().ToString();

    public string Name { get; set; } = "";

    public Role Role { get; set; }

    /// <summary>What limits them, separated by spaces; see <see cref="Caller.Scopes"/>.</summary>
    public string Scopes { get; set; } = "";

    public bool Disabled { get; set; }

    /// <summary>Whether signing in asks for a code, too.</summary>
    public bool SecondFactor { get; set; }

    public long CreatedAt { get; set; }

    public long? SignedInAt { get; set; }

    /// <summary>Until then no password is good enough; 0 when not locked.</summary>
    public long LockedUntil { get; set; }

    internal string NormalizedName { get; set; } = "";

    internal string PasswordHash { get; set; } = "";

    /// <summary>Changes with the password and the second factor; sessions that were opened with another one are over.</summary>
    internal string SecurityStamp { get; set; } = "";

    /// <summary>Changes with every update, so that of two at once one fails.</summary>
    internal string ConcurrencyStamp { get; set; } = "";

    /// <summary>The secret of the authenticator (base32); set before the second factor is on, while it is being enrolled.</summary>
    internal string? TotpKey { get; set; }

    /// <summary>Hashes, separated by spaces.</summary>
    internal string RecoveryCodes { get; set; } = "";

    internal IReadOnlyList<string> ScopeList => Words.Split(Scopes);

    internal Caller ToCaller() => new(CallerKind.User, Name, Role, ScopeList, Id);
}

/// <summary>Lists of words in one column.</summary>
internal static class Words
{
    public static string[] Split(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    public static string Join(IEnumerable<string> words) => string.Join(' ', words.Distinct(StringComparer.Ordinal));
}
