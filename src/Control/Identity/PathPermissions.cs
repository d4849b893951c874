using Microsoft.AspNetCore.Http;

namespace Sluice.Control.Identity;

/// <summary>What a request needs.</summary>
internal enum Need
{
    /// <summary>Nothing: probes, signing in.</summary>
    Nothing,

    /// <summary>Nothing from this machine and on <c>--status</c>; otherwise <see cref="Read"/>.</summary>
    Page,

    /// <summary>To be somebody.</summary>
    SignedIn,

    Read,
    Write,
    Administer,
}

/// <summary>
/// Which method on which path needs what: the first line that fits. What no line fits is read with GET and HEAD and
/// written with everything else. Secrets in what is read are shown only to who may write.
/// </summary>
internal static class PathPermissions
{
    private const string Any = "*";

    private static readonly (string Method, string Path, Need Need)[] Lines =
    [
        ("GET", "/health", Need.Nothing),
        ("GET", "/status/ready", Need.Nothing),
        ("GET", "/setup", Need.Nothing),
        ("POST", "/api/v1/auth/login", Need.Nothing),
        ("POST", "/api/v1/auth/setup", Need.Nothing),
        // A person whom an OAuth 2.0 server sends back; the state says that somebody who may began it.
        ("GET", "/api/v1/connections/oauth2/callback", Need.Nothing),
        ("GET", "/status", Need.Page),
        ("GET", "/metrics", Need.Page),
        (Any, "/api/v1/auth", Need.SignedIn),
        (Any, "/api/v1/users", Need.Administer),
        (Any, "/api/v1/tokens", Need.Administer),
        (Any, "/api/v1/audit", Need.Administer),
        // They answer a question that is too long for a query string.
        ("POST", "/api/v1/explain", Need.Read),
        ("POST", "/api/v1/config/plan", Need.Read),
        ("POST", "/api/v1/workflows/check", Need.Read),
        // Kong's /schemas/{kind}/validate.
        ("POST", "/schemas", Need.Read),
        // A file with the keys and passwords that stand in the configuration.
        ("GET", "/api/v1/config/export", Need.Write),
        ("GET", "/config", Need.Write),
    ];

    public static Need Of(string method, PathString path)
    {
        if (HttpMethods.IsHead(method)) method = HttpMethods.Get;
        foreach (var line in Lines)
            if ((line.Method == Any || HttpMethods.Equals(line.Method, method)) && path.StartsWithSegments(line.Path))
                return line.Need;
        if (HttpMethods.IsOptions(method)) return Need.Read;
        return HttpMethods.IsGet(method) ? Need.Read : Need.Write;
    }

    /// <summary>Whether the request changes something, so that it is entered in the audit log and a browser has to prove that its own page sends it.</summary>
    public static bool Changes(string method, Need need) =>
        !HttpMethods.IsGet(method) && !HttpMethods.IsHead(method) && !HttpMethods.IsOptions(method) && need != Need.Read;

    public static bool Allows(Role role, Need need) => need switch
    {
        Need.Administer => role >= Role.Admin,
        Need.Write => role >= Role.Operator,
        _ => true,
    };
}
