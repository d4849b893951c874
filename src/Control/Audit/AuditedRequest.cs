using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Sluice.Control.Identity;

namespace Sluice.Control.Audit;

/// <summary>What an endpoint adds to the audit entry of its request.</summary>
public sealed class AuditNote
{
    /// <summary>What the request was about, when the path does not say: the name of what was created.</summary>
    public string? Object { get; set; }

    /// <summary>More in a few words, for example the number of the release. Never a secret.</summary>
    public string? Detail { get; set; }

    /// <summary>Who it turned out to be, where the request itself is the signing in.</summary>
    public string? Actor { get; set; }

    public static AuditNote Of(HttpContext http)
    {
        if (http.Features.Get<AuditNote>() is { } note) return note;
        note = new AuditNote();
        http.Features.Set(note);
        return note;
    }
}

/// <summary>What of a request stands in the audit log.</summary>
internal static partial class AuditedRequest
{
    private const int MostCharacters = 500;

    public static AuditEntry Describe(HttpContext http)
    {
        var caller = Caller.Of(http);
        var note = AuditNote.Of(http);
        var path = Mask(http.Request.Path.Value ?? "/");
        var (action, about) = Read(http.Request.Method, path);
        return new AuditEntry
        {
            Actor = Clean(note.Actor ?? caller.Name),
            ActorKind = caller.Kind.ToString().ToLowerInvariant(),
            Address = http.Connection.RemoteIpAddress?.ToString() ?? "unix",
            Method = Clean(http.Request.Method),
            Path = Clean(path),
            Action = Clean(action),
            Object = Clean(note.Object ?? about),
            RequestId = http.TraceIdentifier,
            Detail = Clean(note.Detail ?? ""),
        };
    }

    /// <summary>Without control characters, which could draw lines of their own in an export, and not too long.</summary>
    public static string Clean(string text)
    {
        if (text.Any(c => char.IsControl(c) || char.IsSurrogate(c))) text = new string([.. text.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '\uFFFD' : c)]);
        return text.Length <= MostCharacters ? text : text[..MostCharacters] + "...";
    }

    /// <summary>Credentials can be named by their secret: <c>/consumers/alice/key-auth/SECRET</c>.</summary>
    internal static string Mask(string path)
    {
        var parts = path.Split('/');
        for (var i = 1; i < parts.Length; i++)
            if (CredentialCollections.Names.Contains(parts[i - 1]) && parts[i].Length > 0 && !Guid.TryParseExact(parts[i], "D", out _))
                parts[i] = "***";
            else if (Tokens().IsMatch(parts[i]))
                parts[i] = Tokens().Replace(parts[i], "slc_***");
        return string.Join('/', parts);
    }

    /// <summary><c>PATCH /api/v1/users/alice</c>: <c>users.update</c> of <c>alice</c>. <c>POST /api/v1/auth/login</c>: <c>auth.login</c>.</summary>
    internal static (string Action, string Object) Read(string method, string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts is ["api", _, .. var rest]) parts = rest;
        if (parts is ["config", _, ..]) parts = parts[1..];
        if (parts is ["auth", _, ..]) return (string.Join('.', parts), "");
        var verb = method switch { "POST" => "create", "PUT" or "PATCH" => "update", "DELETE" => "delete", _ => "read" };
        return parts switch
        {
            [] => (verb, ""),
            // Pairs of collection and member: what is changed is the last.
            _ when parts.Length % 2 == 1 => ($"{parts[^1]}.{verb}", parts.Length > 1 ? parts[^2] : ""),
            _ => ($"{parts[^2]}.{verb}", parts[^1]),
        };
    }

    [GeneratedRegex("slc_[A-Za-z0-9_-]+", RegexOptions.CultureInvariant)]
    private static partial Regex Tokens();
}
