using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Control.Audit;
using Sluice.Control.Identity;
using Sluice.Foundation.Storage;
using Sluice.Host.Settings;
using Sluice.Workflows.Connections;

namespace Sluice.Host.Commands;

/// <summary>
/// For commands that work on the database of a gateway, running or not: who can open it needs no other permission. What they change is entered in the
/// audit log.
/// </summary>
internal sealed class StoreOptions
{
    private readonly Option<string?> data = new("--data") { HelpName = "DIR", Description = $"The gateway's --data. [{SettingSources.VariableOf("--data")}]" };
    private readonly Option<string?> database = new("--database") { HelpName = "URL", Description = $"The gateway's --database. [{SettingSources.VariableOf("--database")}]" };

    private readonly Option<string?> keys = new("--encryption-key-file") { HelpName = "FILE", Description = $"The gateway's --encryption-key-file. [{SettingSources.VariableOf("--encryption-key-file")}]" };

    public void AddTo(Command command)
    {
        command.Add(data);
        command.Add(database);
    }

    /// <summary>For a command that needs what connections are encrypted with, too.</summary>
    public void AddWithKeysTo(Command command)
    {
        AddTo(command);
        command.Add(keys);
    }

    /// <summary>Runs <paramref name="work"/> on the accounts.</summary>
    /// <returns>Its exit code, or one that says that the database does not answer.</returns>
    public Task<int> RunAsync(ParseResult parsed, Func<Accounts, Task<int>> work, string? action = null, string about = "") => RunAsync(parsed, async database =>
    {
        using var accounts = new Accounts(database, TimeProvider.System, NullLoggerFactory.Instance);
        return await work(accounts);
    }, action, about);

    /// <summary>Runs <paramref name="work"/> on the connections.</summary>
    /// <returns>Its exit code, or one that says that the database does not answer or the key does not fit.</returns>
    public Task<int> RunAsync(ParseResult parsed, Func<StoredConnections, Task<int>> work, string? action = null, string about = "")
    {
        var environment = ProcessEnvironment.Read();
        var sources = Sources(parsed, environment);
        var settings = EncryptionKeySettings.Read(sources, environment, ControlSettingsReader.Database(sources));
        return RunAsync(parsed, async database =>
        {
            using var connections = new StoredConnections(database, settings.Keys, null, TimeProvider.System);
            try
            {
                return await work(connections);
            }
            catch (InvalidDataException problem)
            {
                await Console.Error.WriteLineAsync($"sluice: {problem.Message}");
                return ExitCode.Failed;
            }
        }, action, about);
    }

    private async Task<int> RunAsync(ParseResult parsed, Func<Database, Task<int>> work, string? action, string about)
    {
        await using var opened = new Database(ControlSettingsReader.Database(Sources(parsed, ProcessEnvironment.Read())));
        using var audit = new AuditLog(opened, TimeProvider.System);
        try
        {
            if (action is null) return await work(opened);
            var begun = await audit.AppendAsync(new AuditEntry { Actor = Environment.UserName, ActorKind = "command", Action = action, Object = about });
            var code = await work(opened);
            await audit.AnswerAsync(begun, "", code == ExitCode.Ok ? 200 : 400, about, "");
            return code;
        }
        catch (DatabaseException problem)
        {
            await Console.Error.WriteLineAsync($"sluice: {problem.Message}");
            return ExitCode.Failed;
        }
    }

    private SettingSources Sources(ParseResult parsed, IReadOnlyDictionary<string, string> environment)
    {
        var given = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["--data"] = parsed.GetValue(data),
            ["--database"] = parsed.GetValue(database),
            ["--encryption-key-file"] = parsed.CommandResult.Command.Options.Contains(keys) ? parsed.GetValue(keys) : null,
        };
        return new SettingSources(given, environment, new KongSettings(environment, null));
    }
}
