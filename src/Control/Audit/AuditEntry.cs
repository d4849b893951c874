using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Sluice.Control.Audit;

/// <summary>How what an entry tells of ended.</summary>
public static class AuditOutcome
{
    /// <summary>Done.</summary>
    public const string Success = "success";

    /// <summary>Tried, and not done: the request was wrong, or the gateway failed.</summary>
    public const string Failure = "failure";

    /// <summary>Not allowed.</summary>
    public const string Refused = "refused";

    /// <summary>Begun; how it ended was never written, because the process or the database ended first.</summary>
    public const string Unknown = "unknown";

    public static readonly IReadOnlyList<string> All = [Success, Failure, Refused, Unknown];

    /// <summary>By the status of the answer.</summary>
    public static string Of(int status) => status switch { 401 or 403 => Refused, >= 400 => Failure, _ => Success };
}

/// <summary>One line of the audit log. Never holds a body, a query string or a secret.</summary>
public sealed record AuditEntry
{
    /// <summary>Counts up; gaps mean nothing, the chain of hashes does.</summary>
    public long Seq { get; init; }

    /// <summary>The entry whose outcome this one tells; null for an entry of its own.</summary>
    public long? Answers { get; init; }

    /// <summary>Milliseconds since 1970.</summary>
    public long At { get; init; }

    /// <summary>The user's or token's name.</summary>
    public string Actor { get; init; } = "";

    /// <summary><c>user</c>, <c>token</c>, <c>local</c>, <c>open</c>, <c>anonymous</c> or <c>command</c>.</summary>
    public string ActorKind { get; init; } = "";

    /// <summary>Where the request came from.</summary>
    public string Address { get; init; } = "";

    public string Method { get; init; } = "";

    public string Path { get; init; } = "";

    /// <summary>Kind of object and what was done: <c>users.create</c>, <c>routes.delete</c>, <c>auth.login</c>.</summary>
    public string Action { get; init; } = "";

    /// <summary>What it was done to, as far as known.</summary>
    public string Object { get; init; } = "";

    /// <summary>The status of the answer; 0 when not known.</summary>
    public long Status { get; init; }

    public string Outcome { get; init; } = AuditOutcome.Unknown;

    public string RequestId { get; init; } = "";

    public string Detail { get; init; } = "";

    /// <summary>Over the hash of the entry before and everything that this one says.</summary>
    public string Hash { get; init; } = "";

    /// <summary>What <see cref="Hash"/> has to be after an entry with the hash <paramref name="previous"/>.</summary>
    internal string HashAfter(string previous)
    {
        var content = JsonSerializer.Serialize(
            new object?[] { previous, Answers, At, Actor, ActorKind, Address, Method, Path, Action, Object, Status, Outcome, RequestId, Detail });
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)));
    }
}
