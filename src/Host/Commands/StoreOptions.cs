using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Control.Audit;
using Sluice.Control.Identity;
using Sluice.Foundation.Storage;
using Sluice.Host.Settings;

namespace Sluice.Host.Commands;

/// <summary>
/// For commands that work on the database of a gateway, running or not: who can open it needs no other permission. What they change is entered in the
/// audit log.
/// </summary>
internal sealed class StoreOptions
{
    private readonly Option<string?> data = new("--data") { HelpName = "DIR", Description = $"The gateway's --data. [{SettingSources.VariableOf("--data")}]" };
    private readonly Option<string?> database = new("--database") { HelpName = "URL", Description = $"The gateway's --database. [{SettingSources.VariableOf("--database")}]" };

    public void AddTo(Command command)
    {
        command.Add(data);
        command.Add(database);
    }

    /// <summary>Runs <paramref name="work"/> on the accounts.</summary>
    /// <returns>Its exit code, or one that says that the database does not answer.</returns>
    public async Task<int> RunAsync(ParseResult parsed, Func<Accounts, Task<int>> work, string? action = null, string about = "")
    {
        var given = new Dictionary<string, string?>(StringComparer.Ordinal) { ["--data"] = parsed.GetValue(data), ["--database"] = parsed.GetValue(database) };
        var environment = ProcessEnvironment.Read();
        await using var opened = new Database(ControlSettingsReader.Database(new SettingSources(given, environment, new KongSettings(environment, null))));
        using var accounts = new Accounts(opened, TimeProvider.System, NullLoggerFactory.Instance);
        using var audit = new AuditLog(opened, TimeProvider.System);
        try
        {
            if (action is null) return await work(accounts);
            var begun = await audit.AppendAsync(new AuditEntry { Actor = Environment.UserName, ActorKind = "command", Action = action, Object = about });
            var code = await work(accounts);
            await audit.AnswerAsync(begun, "", code == ExitCode.Ok ? 200 : 400, about, "");
            return code;
        }
        catch (DatabaseException problem)
        {
            await Console.Error.WriteLineAsync($"sluice: {problem.Message}");
            return ExitCode.Failed;
        }
    }
}
