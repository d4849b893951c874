using System.CommandLine;
using System.Globalization;
using Sluice.Control.Identity;

namespace Sluice.Host.Commands;

/// <summary>What <c>sluice user</c> and <c>sluice token</c> say of what somebody may do.</summary>
internal static class AccessOptions
{
    public static Option<string> Role() => new("--role") { HelpName = "ROLE", Description = "viewer, operator or admin.", Required = true };

    public static Option<string[]> Scopes() => new("--scope") { HelpName = "tenant:NAME", Description = "Only what carries this tag; may be given several times. Default everything." };

    /// <exception cref="UsageException">It is no role.</exception>
    public static Role Read(string? text) => text switch
    {
        "viewer" => Control.Identity.Role.Viewer,
        "operator" => Control.Identity.Role.Operator,
        "admin" => Control.Identity.Role.Admin,
        _ => throw new UsageException($"--role: '{text}' is not viewer, operator or admin"),
    };

    /// <exception cref="UsageException">One is no scope.</exception>
    public static IReadOnlyList<string> Check(string[]? scopes) =>
        scopes?.FirstOrDefault(s => !Accounts.IsScope(s)) is { } wrong ? throw new UsageException($"--scope: '{wrong}' is not tenant:NAME") : scopes ?? [];

    /// <exception cref="UsageException">It is no name.</exception>
    public static string Name(string name) =>
        Accounts.IsName(name) ? name : throw new UsageException($"'{name}' is no name: up to 100 letters, digits and . _ @ + -");

    public static string Day(long? time) =>
        time is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at).ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture) : "";
}

/// <summary>A password from a person or a script, never from the command line, which others can read.</summary>
internal static class PasswordInput
{
    public static string Read()
    {
        if (Console.IsInputRedirected) return Console.In.ReadLine() ?? "";
        Console.Error.Write("Password: ");
        var typed = new System.Text.StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
            if (key.Key != ConsoleKey.Backspace) typed.Append(key.KeyChar);
            else if (typed.Length > 0) typed.Length--;
        Console.Error.WriteLine();
        return typed.ToString();
    }
}
