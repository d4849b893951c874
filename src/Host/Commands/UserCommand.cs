using System.CommandLine;

namespace Sluice.Host.Commands;

/// <summary><c>sluice user</c>: who may sign in, for when nobody can.</summary>
internal static class UserCommand
{
    public static Command Create()
    {
        var command = new Command("user", "Users of the admin listener: add, list, reset.") { Add(), List(), Reset() };
        command.AddExamples(
            """
            Examples:
              sluice user add alice --role admin               asks for the password
              sluice user add bob --role operator <password    reads it from the first line of its input
              sluice user reset alice                          a new password; unlocks the account, ends its sessions, takes the second factor away

            They work on the database, whether the gateway runs or not.
            """);
        return command;
    }

    private static Command Add()
    {
        var name = new Argument<string>("name");
        var (role, scopes, store) = (AccessOptions.Role(), AccessOptions.Scopes(), new StoreOptions());
        var command = new Command("add", "Add a user.") { name, role, scopes };
        store.AddTo(command);
        command.SetAction((parsed, _) =>
        {
            var user = AccessOptions.Name(parsed.GetRequiredValue(name));
            var (may, limits) = (AccessOptions.Read(parsed.GetValue(role)), AccessOptions.Check(parsed.GetValue(scopes)));
            return store.RunAsync(parsed, async accounts =>
            {
                var (added, problems) = await accounts.CreateUserAsync(user, PasswordInput.Read(), may, limits);
                return await SayAsync(problems, $"{user} may sign in as {may.ToString().ToLowerInvariant()}");
            }, "users.create", user);
        });
        return command;
    }

    private static Command List()
    {
        var store = new StoreOptions();
        var command = new Command("list", "List the users.");
        store.AddTo(command);
        command.SetAction((parsed, _) => store.RunAsync(parsed, async accounts =>
        {
            var table = new TextTable("USER", "ROLE", "SCOPES", "SECOND FACTOR", "SIGNED IN", "");
            foreach (var user in await accounts.ListUsersAsync())
                table.Add(user.Name, user.Role.ToString().ToLowerInvariant(), user.Scopes, user.SecondFactor ? "on" : "off", AccessOptions.Day(user.SignedInAt), user.Disabled ? "disabled" : "");
            table.Write(Console.Out);
            return ExitCode.Ok;
        }));
        return command;
    }

    private static Command Reset()
    {
        var name = new Argument<string>("name");
        var store = new StoreOptions();
        var command = new Command("reset", "Give a user a new password, unlock the account and take its second factor away.") { name };
        store.AddTo(command);
        command.SetAction((parsed, _) => store.RunAsync(parsed, async accounts =>
        {
            if (await accounts.FindUserAsync(parsed.GetRequiredValue(name)) is not { } user) return await SayAsync(["there is no such user"], "");
            var problems = await accounts.ResetPasswordAsync(user, PasswordInput.Read());
            if (problems.Count == 0) await accounts.RemoveSecondFactorAsync(user);
            return await SayAsync(problems, $"{user.Name} has a new password");
        }, "users.reset", parsed.GetRequiredValue(name)));
        return command;
    }

    private static async Task<int> SayAsync(IReadOnlyList<string> problems, string done)
    {
        foreach (var problem in problems) await Console.Error.WriteLineAsync($"sluice: {problem}");
        if (problems.Count == 0) await Console.Out.WriteLineAsync(done);
        return problems.Count == 0 ? ExitCode.Ok : ExitCode.Usage;
    }
}
