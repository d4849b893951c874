using System.Text;
using Sluice.Foundation.Schema;
using Sluice.Foundation.Secrets;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Configuration.Reading;

/// <summary>The pages under docs/reference that are made from the records.</summary>
public static class ReferencePages
{
    private static readonly HashSet<string> Common = new(StringComparer.Ordinal) { "id", "tags", "created_at", "updated_at" };

    private static readonly ReferenceTable Table = new(new Dictionary<Type, string> { [typeof(Reference)] = "name or id" });

    /// <summary>Every object of the format: docs/reference/configuration.md.</summary>
    public static string Configuration()
    {
        var text = new StringBuilder("""
            # Configuration

            <!-- Made from the records in src/Gateway/Configuration by ReferencePagesTests. Run it with SLUICE_ACCEPT=1 after changing them. -->

            A configuration is one or more YAML or JSON files in Kong's declarative format, with the additions marked "Sluice". Each file is a map:

            | field | type | default | |
            |---|---|---|---|
            | `_format_version` | `1.1`, `2.1`, `3.0` | required | A string. Before 3.0, paths of routes with characters outside `A-Z a-z 0-9 . - _ ~ / %` are regular expressions; they are read as `~` paths. |
            | `_transform` | boolean | `true` | Kong: whether basic-auth passwords in the file are in the clear. |
            | `_comment` | string | | Never read; objects may have one too. |
            | `_ignore` | list | | Never read; objects may have one too. |
            | `error_format` | `kong`, `sluice` | `kong` | Sluice: the shape of the errors that the gateway makes itself. |

            and lists of objects:


            """);
        foreach (var kind in EntityKind.All)
            text.Append("- `").Append(kind.Name).Append('`').Append(Nesting(kind)).Append('\n');
        text.Append("""

            Objects refer to others by name or id (`service: orders`), or stand inside them. An object without an `id` gets the one that Kong derives.
            `${NAME}` and `${NAME:-default}` stand for environment variables (`$${` for the characters themselves), and so does `{vault://env/name}`;
            `{vault://env/name/key}` takes a field of a variable that holds JSON. More on secrets: [secrets.md](../guides/secrets.md). Lists of several files are joined.

            Every object may have `id` (a UUID), `tags` (a set of strings to filter by), and `created_at` and `updated_at` (seconds since 1970, kept and never
            used), besides the fields below.

            """);
        foreach (var kind in EntityKind.All)
            text.Append(Table.Write($"`{kind.Name}`", 2, kind.Record, Common)).Append(ReadElsewhere(kind));
        return text.ToString().TrimEnd() + "\n";
    }

    /// <summary>The settings of every plugin that is built: docs/reference/plugins.md.</summary>
    public static string Plugins()
    {
        var text = new StringBuilder("# Plugins\n\n<!-- Made from the plugins' records by ReferencePagesTests. Run it with SLUICE_ACCEPT=1 after changing them. -->\n\nIn running order.\n\n");
        foreach (var plugin in PluginCatalog.All)
            text.Append(Table.Write(plugin.Name, 2, plugin.ConfigType).TrimEnd())
                .Append("\n\n[Examples and differences from Kong](../../src/Gateway/Plugins/").Append(FolderOf(plugin)).Append("/README.md)\n\n");
        return text.ToString().TrimEnd() + "\n";
    }

    private static string FolderOf(PluginDescriptor plugin) => plugin.ConfigType.Namespace!.Split('.')[^1];

    private static string ReadElsewhere(EntityKind kind) => kind.Name switch
    {
        "services" => "`url` stands for `protocol`, `host`, `port` and `path` in one; fields given besides it win.\n\n",
        "consumers" => "`groups` lists the consumer groups that it is in, by name or id.\n\n",
        "consumer_groups" => "`consumers` lists its members, by username or id.\n\n",
        "workflows" => "`document` holds the workflow as n8n exports it; `file` names the file that does. Its fields may also stand here themselves.\n\n",
        "plugins" => "`config` holds the plugin's own settings.\n\n",
        "vaults" => """
            `config` of `env`: `prefix` is put before the names of variables. `config` of `file`: `prefix` is a folder inside the folder of secrets.


            """ + Table.Write("`vaults`: `config` of `hcv`", 3, typeof(VaultServerConfig)),
        _ => "",
    };

    private static string Nesting(EntityKind kind)
    {
        var parents = EntityKind.All.Where(parent => parent.Children.Any(c => c.Kind == kind)).Select(parent => $"`{parent.Name}`").ToList();
        return parents.Count == 0 ? "" : ", also inside " + string.Join(", ", parents);
    }
}
