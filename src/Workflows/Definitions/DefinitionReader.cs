using System.Globalization;
using System.Security.Cryptography;
using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Definitions;

/// <summary>The document of a workflow to its <see cref="WorkflowDefinition"/>, with everything wrong about its shape reported at once.</summary>
public static class DefinitionReader
{
    /// <summary>Every node knows all those before it, which grows with the square.</summary>
    private const int MostNodes = 1000;

    /// <summary>What n8n writes beside the workflow itself and nothing here needs to act on.</summary>
    private static readonly HashSet<string> Harmless = new(StringComparer.Ordinal)
    {
        "active", "versionId", "meta", "tags", "createdAt", "updatedAt", "triggerCount", "isArchived", "description", "hash", "shared", "versionCounter", "activeVersionId", "activeVersion", "parentFolder", "homeProject", "nodeGroups",
    };

    private static readonly HashSet<string> HarmlessSettings = new(StringComparer.Ordinal)
    {
        "saveManualExecutions", "saveExecutionProgress", "binaryMode", "availableInMCP", "timeSavedPerExecution", "timeSavedMode", "redactionPolicy",
    };

    /// <summary>Reads the bytes of a JSON or YAML file.</summary>
    /// <param name="defaultName">The name of a document that has none, usually its file's.</param>
    public static WorkflowDefinition? Read(string file, ReadOnlySpan<byte> content, DocumentFormat format, ICollection<Problem> problems, string? defaultName = null)
    {
        var (root, problem) = DocumentParser.Parse(file, content, format);
        if (problem is not null)
        {
            problems.Add(problem);
            return null;
        }

        return Read(root!, problems, defaultName ?? Path.GetFileNameWithoutExtension(file));
    }

    /// <summary>Reads a document that has been parsed; null when it is too broken to say anything about its nodes.</summary>
    public static WorkflowDefinition? Read(DocumentNode root, ICollection<Problem> problems, string? defaultName = null)
    {
        if (root is not MapNode map)
        {
            problems.Add(new Problem(root.Place, "workflow", "", $"expected a map, not {root.Describe()}"));
            return null;
        }

        var name = map.Text("name") is { Length: > 0 } given ? given : defaultName;
        if (string.IsNullOrEmpty(name))
        {
            problems.Add(new Problem(map.Place, "workflow", "name", "required field missing"));
            return null;
        }

        var reader = new Reading(name, problems);
        var nodes = reader.Nodes(map);
        if (nodes is null) return null;
        var document = map.ToJs();
        return new WorkflowDefinition
        {
            Name = name,
            Id = map["id"] is ScalarNode { IsNull: false } id ? id.Text : null,
            Nodes = nodes,
            Edges = reader.Edges(map["connections"]),
            Settings = reader.Settings(map["settings"]),
            PinData = reader.PinData(map["pinData"]),
            StaticData = map["staticData"] is { IsNull: false } state ? state.ToJs() : default,
            Unread = reader.Unread(map),
            Document = document,
            Version = Convert.ToHexStringLower(SHA256.HashData(JsJson.WriteUtf8(document)).AsSpan(0, 12)),
            Place = map.Place,
        };
    }

    private sealed class Reading(string workflow, ICollection<Problem> problems)
    {

        private readonly string _object = $"workflow \"{workflow}\"";

        public List<NodeDefinition>? Nodes(MapNode map)
        {
            if (map["nodes"] is not ListNode list)
            {
                Report(map["nodes"]?.Place ?? map.Place, "nodes", map["nodes"] is null ? "required field missing" : $"expected a list, not {map["nodes"]!.Describe()}");
                return null;
            }

            if (list.Items.Count > MostNodes)
            {
                Report(list.Place, "nodes", $"a workflow may have {MostNodes} nodes, not {list.Items.Count}: let it call others");
                return null;
            }

            var nodes = new List<NodeDefinition>(list.Items.Count);
            for (var i = 0; i < list.Items.Count; i++)
            {
                if (list.Items[i] is not MapNode entry)
                {
                    Report(list.Items[i].Place, $"nodes[{i}]", $"expected a map, not {list.Items[i].Describe()}");
                    continue;
                }

                var binding = new Binding(entry.Text("name") is { } name ? NodeObject(workflow, name) : _object, problems, entry.Text("name") is null ? $"nodes[{i}]" : "")
                {
                    UnknownFields = Severity.Warning,
                    Skipped = NodeSkips,
                };
                if (entry["typeVersion"] is ScalarNode { Kind: ScalarKind.String } version && double.TryParse(version.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
                    entry = entry.With([], DocumentData.Entry("typeVersion", DocumentData.Number(version.Place, number)));
                if (RecordBinder.Bind(typeof(NodeDefinition), entry, binding) is not NodeDefinition node) continue;
                if (entry["parameters"] is { IsNull: false } and not MapNode and not ListNode { Items.Count: 0 })
                    binding.Report(entry["parameters"]!.Place, "parameters", $"expected a map, not {entry["parameters"]!.Describe()}");
                nodes.Add(node with { Parameters = entry["parameters"] as MapNode ?? new MapNode(entry.Place, []), Place = entry.Place });
            }

            return nodes;
        }

        private static readonly HashSet<string> NodeSkips = new(StringComparer.Ordinal) { "parameters", "color", "issues", "extendsCredential", "rewireOutputLogTo", "forceCustomOperation", "onErrorRedirect" };

        /// <summary><c>{"A": {"main": [[{"node": "B", "type": "main", "index": 0}]]}}</c></summary>
        public List<EdgeDefinition> Edges(DocumentNode? node)
        {
            var edges = new List<EdgeDefinition>();
            if (node is null or { IsNull: true } or ListNode { Items.Count: 0 }) return edges;
            if (node is not MapNode map)
            {
                Report(node.Place, "connections", $"expected a map, not {node.Describe()}");
                return edges;
            }

            foreach (var (from, _, kinds) in map.Entries)
                if (kinds is MapNode byKind)
                    foreach (var (kind, _, outputs) in byKind.Entries)
                        Outputs(edges, from, kind, outputs);
                else Report(kinds.Place, $"connections.{from}", $"expected a map, not {kinds.Describe()}");
            return edges;
        }

        private void Outputs(List<EdgeDefinition> edges, string from, string kind, DocumentNode outputs)
        {
            var field = $"connections.{from}.{kind}";
            if (outputs is not ListNode list)
            {
                if (!outputs.IsNull) Report(outputs.Place, field, $"expected a list, not {outputs.Describe()}");
                return;
            }

            for (var output = 0; output < list.Items.Count; output++)
            {
                if (list.Items[output].IsNull) continue;
                if (list.Items[output] is not ListNode targets)
                {
                    Report(list.Items[output].Place, $"{field}[{output}]", $"expected a list, not {list.Items[output].Describe()}");
                    continue;
                }

                for (var i = 0; i < targets.Items.Count; i++)
                {
                    var at = $"{field}[{output}][{i}]";
                    if (targets.Items[i] is not MapNode target || target.Text("node") is not { } to)
                        Report(targets.Items[i].Place, at, "expected a map with the field 'node'");
                    else if (target["index"] is { } index and not ScalarNode { Kind: ScalarKind.Number, Number: >= 0 and < 1000 })
                        Report(index.Place, at + ".index", "expected a number from 0 to 999");
                    else
                        edges.Add(new EdgeDefinition(from, output, to, target["index"] is ScalarNode number ? (int)number.Number : 0, kind, target.Place));
                }
            }
        }

        public WorkflowSettings Settings(DocumentNode? node)
        {
            if (node is null or { IsNull: true } or ListNode { Items.Count: 0 }) return new();
            if (node is not MapNode map)
            {
                Report(node.Place, "settings", $"expected a map, not {node.Describe()}");
                return new();
            }

            return RecordBinder.Bind(typeof(WorkflowSettings), map, new Binding(_object, problems, "settings") { UnknownFields = Severity.Warning, Skipped = HarmlessSettings }) as WorkflowSettings ?? new();
        }

        public Dictionary<string, IReadOnlyList<Item>> PinData(DocumentNode? node)
        {
            var pinned = new Dictionary<string, IReadOnlyList<Item>>(StringComparer.Ordinal);
            if (node is not MapNode map) return pinned;
            foreach (var (name, _, value) in map.Entries)
            {
                if (value is ListNode list) pinned[name] = [.. list.Items.Select(Pinned)];
                else Report(value.Place, $"pinData.{name}", $"expected a list of items, not {value.Describe()}");
            }

            return pinned;
        }

        private static Item Pinned(DocumentNode node)
        {
            var value = node.ToJs();
            var item = value.AsObject;
            return new Item(item?["json"].AsObject ?? item ?? new JsObject { ["value"] = value }) { Binary = PinnedFiles(item), PairedItems = PinnedPairs(item?["pairedItem"] ?? default) };
        }

        /// <summary>Files whose bytes the document holds; of others only an address in the store of another system is known.</summary>
        private static Dictionary<string, BinaryData>? PinnedFiles(JsObject? item)
        {
            if (item?["binary"].AsObject is not { Count: > 0 } files) return null;
            var read = new Dictionary<string, BinaryData>(StringComparer.Ordinal);
            foreach (var (name, value) in files)
            {
                if (value.AsObject is not { } file || file["data"].AsString is not { } text) continue;
                var content = new byte[((text.Length + 3) / 4 * 3) + 3];
                if (!Convert.TryFromBase64String(text, content, out var length)) continue;
                read[name] = new BinaryData
                {
                    MimeType = file["mimeType"].AsString ?? "application/octet-stream",
                    FileName = file["fileName"].AsString,
                    FileExtension = file["fileExtension"].AsString,
                    Directory = file["directory"].AsString,
                    Size = length,
                    Content = content.AsMemory(0, length),
                };
            }

            return read.Count > 0 ? read : null;
        }

        private static IReadOnlyList<PairedItem> PinnedPairs(JsValue value)
        {
            if (value.AsArray is { } several) return [.. several.SelectMany(PinnedPairs)];
            var at = value.AsObject is { } pair ? pair["item"] : value;
            return at is { IsNumber: true, AsNumber: >= 0 and < int.MaxValue } ? [new PairedItem((int)at.AsNumber, value.AsObject?["input"] is { IsNumber: true, AsNumber: >= 0 and < 1000 } input ? (int)input.AsNumber : 0)] : [];
        }

        public Dictionary<string, JsValue> Unread(MapNode map)
        {
            var unread = new Dictionary<string, JsValue>(StringComparer.Ordinal);
            foreach (var (name, place, value) in map.Entries)
            {
                if (name is "name" or "id" or "nodes" or "connections" or "settings" or "pinData" or "staticData") continue;
                unread[name] = value.ToJs();
                if (!Harmless.Contains(name)) problems.Add(new Problem(place, _object, name, "unknown field; kept, without effect", Severity.Warning));
            }

            return unread;
        }

        private void Report(Place place, string field, string message) => problems.Add(new Problem(place, _object, field, message));
    }

    /// <summary>How problems name a node.</summary>
    internal static string NodeObject(string workflow, string node) => $"workflow \"{workflow}\", node \"{node}\"";
}
