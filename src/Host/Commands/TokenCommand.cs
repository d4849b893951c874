using System.CommandLine;
using Sluice.Foundation.Storage;

namespace Sluice.Host.Commands;

/// <summary><c>sluice token</c>: what programs use the admin listener with.</summary>
internal static class TokenCommand
{
    public static Command Create()
    {
        var command = new Command("token", "API tokens of the admin listener: create, list, revoke.") { Make(), List(), Revoke() };
        command.AddExamples(
            """
            Examples:
              sluice token create ci --role operator --expires 90    prints the token, which cannot be had again
              curl -H "Authorization: Bearer $TOKEN" http://127.0.0.1:8001/api/v1/auth/me
              sluice token revoke ci

            They work on the database, whether the gateway runs or not.
            """);
        return command;
    }

    private static Command Make()
    {
        var name = new Argument<string>("name");
        var expires = new Option<int?>("--expires") { HelpName = "DAYS", Description = "When it ends by itself. Default never." };
        var (role, scopes, store) = (AccessOptions.Role(), AccessOptions.Scopes(), new StoreOptions());
        var command = new Command("create", "Make a token and print it.") { name, role, scopes, expires };
        store.AddTo(command);
        command.SetAction((parsed, _) =>
        {
            var label = AccessOptions.Name(parsed.GetRequiredValue(name));
            var (may, limits) = (AccessOptions.Read(parsed.GetValue(role)), AccessOptions.Check(parsed.GetValue(scopes)));
            if (parsed.GetValue(expires) is < 1 or > 3650) throw new UsageException("--expires: expected days from 1 to 3650");
            TimeSpan? lifetime = parsed.GetValue(expires) is { } days ? TimeSpan.FromDays(days) : null;
            return store.RunAsync(parsed, async accounts =>
            {
                try
                {
                    var (_, secret) = await accounts.Tokens.CreateAsync(label, may, limits, lifetime, Environment.UserName);
                    await Console.Out.WriteLineAsync(secret);
                    return ExitCode.Ok;
                }
                catch (DuplicateKeyException)
                {
                    await Console.Error.WriteLineAsync($"sluice: there is a token {label} already");
                    return ExitCode.Usage;
                }
            }, "tokens.create", label);
        });
        return command;
    }

    private static Command List()
    {
        var store = new StoreOptions();
        var command = new Command("list", "List the tokens, without their secrets.");
        store.AddTo(command);
        command.SetAction((parsed, _) => store.RunAsync(parsed, async accounts =>
        {
            var table = new TextTable("TOKEN", "BEGINS", "ROLE", "SCOPES", "MADE BY", "EXPIRES", "USED");
            foreach (var token in await accounts.Tokens.ListAsync())
                table.Add(token.Name, token.Hint, token.Role.ToString().ToLowerInvariant(), token.Scopes, token.CreatedBy, AccessOptions.Day(token.ExpiresAt), AccessOptions.Day(token.UsedAt));
            table.Write(Console.Out);
            return ExitCode.Ok;
        }));
        return command;
    }

    private static Command Revoke()
    {
        var name = new Argument<string>("name");
        var store = new StoreOptions();
        var command = new Command("revoke", "End a token, by its name or id.") { name };
        store.AddTo(command);
        command.SetAction((parsed, _) => store.RunAsync(parsed, async accounts =>
        {
            if (await accounts.Tokens.RevokeAsync(parsed.GetRequiredValue(name))) return ExitCode.Ok;
            await Console.Error.WriteLineAsync("sluice: there is no such token");
            return ExitCode.Usage;
        }, "tokens.delete", parsed.GetRequiredValue(name)));
        return command;
    }
}
