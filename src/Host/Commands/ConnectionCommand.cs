using System.CommandLine;
using System.Text.Json;
using Sluice.Foundation.Schema;
using Sluice.Workflows.Connections;

namespace Sluice.Host.Commands;

/// <summary><c>sluice connection</c>: the stored authorisations that nodes of workflows use.</summary>
internal static class ConnectionCommand
{
    private const int MostBytes = 256 * 1024;

    public static Command Create()
    {
        var command = new Command("connection", "Authorisations that workflows use against other systems: set, list, show, delete, encrypt again.") { Kinds(), Set(), List(), Show(), Delete(), EncryptAgain() };
        command.AddExamples(
            """
            Examples:
              sluice connection kinds                                   what there is, with the fields of each
              sluice connection set crm --kind bearer <fields.json      {"token": "..."}
              echo '{"user": "ann", "password": "{vault://env/CRM_PASSWORD}"}' | sluice connection set crm --kind basic-auth
              sluice connection list

            A node names a connection in its credentials. Fields are encrypted in the database; nothing shows the secret ones again.
            They work on the database, whether the gateway runs or not.
            """);
        return command;
    }

    private static Command Kinds()
    {
        var command = new Command("kinds", "List the kinds of connection with their fields; * is required, secret ones are in brackets.");
        command.SetAction((_, _) =>
        {
            var table = new TextTable("KIND", "FIELDS", "IN N8N'S FILES");
            foreach (var kind in ConnectionKinds.All)
                table.Add(kind.Name, string.Join(", ", RecordPlan.For(kind.Record).Fields.Select(f => (f.Secret ? $"[{f.Name}]" : f.Name) + (f.Required ? "*" : ""))), string.Join(", ", kind.Aliases));
            table.Write(Console.Out);
            return Task.FromResult(ExitCode.Ok);
        });
        return command;
    }

    private static Command Set()
    {
        var name = new Argument<string>("name");
        var kind = new Option<string>("--kind") { HelpName = "KIND", Description = "One of those that 'sluice connection kinds' lists.", Required = true };
        var from = new Option<string?>("--from") { HelpName = "FILE", Description = "The fields as a JSON object. Default standard input." };
        var tenant = Tenant();
        var shared = new Option<bool?>("--shared") { Description = "Runs of every tenant may use it." };
        var store = new StoreOptions();
        var command = new Command("set", "Make a connection or change some fields of one; those that are not given stay as they are.") { name, kind, from, tenant, shared };
        store.AddWithKeysTo(command);
        command.SetAction((parsed, cancel) =>
        {
            var label = AccessOptions.Name(parsed.GetRequiredValue(name));
            var wanted = parsed.GetRequiredValue(kind);
            var found = ConnectionKinds.Find(wanted) ?? throw new UsageException($"--kind: there is no kind '{wanted}'{ConnectionKinds.DidYouMean(wanted)}");
            var fields = Fields(parsed.GetValue(from));
            return store.RunAsync(parsed, async connections =>
            {
                var written = await connections.PutAsync(label, parsed.GetValue(tenant) ?? "", found, fields, parsed.GetValue(shared), mayRefer: true, Environment.UserName, cancel);
                foreach (var problem in written.Problems) await Console.Error.WriteLineAsync($"sluice: {problem.Object}: {problem.Field}: {problem.Message}");
                if (written.Connection is null) return ExitCode.Usage;
                await Console.Out.WriteLineAsync($"{label} is {(written.Created ? "made" : "changed")}");
                return ExitCode.Ok;
            }, "connections.set", label);
        });
        return command;
    }

    private static Command List()
    {
        var store = new StoreOptions();
        var command = new Command("list", "List the connections, without what they hold.");
        store.AddTo(command);
        command.SetAction((parsed, cancel) => store.RunAsync(parsed, async connections =>
        {
            var table = new TextTable("CONNECTION", "KIND", "TENANT", "SHARED", "MADE BY", "CHANGED");
            foreach (var c in (await connections.ListAsync(null, 0, int.MaxValue, cancel)).Connections)
                table.Add(c.Name, c.Kind, c.Tenant, c.Shared ? "yes" : "", c.CreatedBy, AccessOptions.Day(c.UpdatedAt));
            table.Write(Console.Out);
            return ExitCode.Ok;
        }));
        return command;
    }

    private static Command Show()
    {
        var (name, tenant, store) = (new Argument<string>("name"), Tenant(), new StoreOptions());
        var command = new Command("show", "Show the fields of a connection, the secret ones masked.") { name, tenant };
        store.AddWithKeysTo(command);
        command.SetAction((parsed, cancel) => store.RunAsync(parsed, async connections =>
        {
            if (await connections.MaskedAsync(parsed.GetRequiredValue(name), parsed.GetValue(tenant) ?? "", cancel) is not { } fields) return await MissingAsync();
            await Console.Out.WriteLineAsync(fields.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
            return ExitCode.Ok;
        }));
        return command;
    }

    private static Command Delete()
    {
        var (name, tenant, store) = (new Argument<string>("name"), Tenant(), new StoreOptions());
        var command = new Command("delete", "Delete a connection, by its name or id.") { name, tenant };
        store.AddTo(command);
        command.SetAction((parsed, cancel) => store.RunAsync(
            parsed,
            async connections => await connections.DeleteAsync(parsed.GetRequiredValue(name), parsed.GetValue(tenant) ?? "", cancel) ? ExitCode.Ok : await MissingAsync(),
            "connections.delete", parsed.GetRequiredValue(name)));
        return command;
    }

    private static Command EncryptAgain()
    {
        var store = new StoreOptions();
        var command = new Command("encrypt-again", "Encrypt everything with the first key of the key file, after a new one was put before the old one.");
        store.AddWithKeysTo(command);
        command.SetAction((parsed, cancel) => store.RunAsync(parsed, async connections =>
        {
            var (changed, unreadable) = await connections.EncryptAgainAsync(cancel);
            await Console.Out.WriteLineAsync($"{changed} encrypted again");
            foreach (var name in unreadable) await Console.Error.WriteLineAsync($"sluice: {name} was encrypted with a key that is not in the file, or has been changed; it stays as it is");
            return unreadable.Count == 0 ? ExitCode.Ok : ExitCode.Failed;
        }, "connections.encrypt-again"));
        return command;
    }

    private static Option<string?> Tenant() => new("--tenant") { HelpName = "NAME", Description = "Whose it is. Default the operator's own." };

    /// <exception cref="UsageException">They are no JSON object.</exception>
    private static MapNode Fields(string? file)
    {
        try
        {
            using var input = file is null ? Console.OpenStandardInput() : File.OpenRead(file);
            var buffer = new byte[MostBytes + 1];
            var length = input.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            if (length > MostBytes) throw new UsageException($"the fields are longer than {MostBytes} bytes");
            var (root, problem) = DocumentParser.Parse(file ?? "standard input", buffer.AsSpan(0, length), DocumentFormat.Json);
            return problem is not null ? throw new UsageException(problem.ToString()) : root as MapNode ?? throw new UsageException($"{file ?? "standard input"}: expected a JSON object with the fields, not {root!.Describe()}");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--from {file}: {unreadable.Message}");
        }
    }

    private static async Task<int> MissingAsync()
    {
        await Console.Error.WriteLineAsync("sluice: there is no such connection");
        return ExitCode.Usage;
    }
}
