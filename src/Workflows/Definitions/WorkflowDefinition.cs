using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Definitions;

/// <summary>A workflow as its document says it, in the shape that n8n exports.</summary>
public sealed class WorkflowDefinition
{
    /// <summary>What routes and other workflows call it by; unique.</summary>
    public required string Name { get; init; }

    /// <summary>The id that an export carries; sub-workflow and error-workflow settings may refer to it.</summary>
    public string? Id { get; init; }

    public required IReadOnlyList<NodeDefinition> Nodes { get; init; }

    public required IReadOnlyList<EdgeDefinition> Edges { get; init; }

    public required WorkflowSettings Settings { get; init; }

    /// <summary>Output that stands in for a node's own, by the node's name.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<Item>> PinData { get; init; }

    /// <summary>What earlier runs left for later ones; undefined when there is nothing.</summary>
    public JsValue StaticData { get; init; }

    /// <summary>Fields of the document that nothing here reads; kept for export.</summary>
    public required IReadOnlyDictionary<string, JsValue> Unread { get; init; }

    /// <summary>The whole document as it came.</summary>
    public required JsValue Document { get; init; }

    /// <summary>A short digest of <see cref="Document"/>: runs carry it, so that they go on with the document they began with.</summary>
    public required string Version { get; init; }

    public required Place Place { get; init; }
}

/// <summary>A node as its document says it.</summary>
[CamelCase]
public sealed record NodeDefinition
{
    /// <summary>The id that the editor gave it.</summary>
    public string? Id { get; init; }

    /// <summary>What edges and expressions call it by; unique in its workflow.</summary>
    [Required]
    public string Name { get; init; } = "";

    /// <summary>Its type: <c>http-request</c>, or n8n's name for it.</summary>
    [Required]
    public string Type { get; init; } = "";

    /// <summary>The version of n8n's node whose parameters these are.</summary>
    [Between(0, 1000)]
    public double TypeVersion { get; init; } = 1;

    /// <summary>Where it lies on the canvas, x and y: of several branches, the top one runs first, then the left one.</summary>
    [Length(2, 2)]
    public IReadOnlyList<double> Position { get; init; } = [0, 0];

    /// <summary>The stored authorisations it uses, by kind.</summary>
    public IReadOnlyDictionary<string, System.Text.Json.Nodes.JsonNode>? Credentials { get; init; }

    /// <summary>The node passes its input on unchanged.</summary>
    public bool Disabled { get; init; }

    /// <summary>What happens when it fails.</summary>
    [OneOf("stopWorkflow", "continueRegularOutput", "continueErrorOutput")]
    public string? OnError { get; init; }

    /// <summary>The older way to say <c>onError: continueRegularOutput</c>.</summary>
    public bool ContinueOnFail { get; init; }

    /// <summary>Whether it is tried again when it fails.</summary>
    public bool RetryOnFail { get; init; }

    /// <summary>How often it is tried at most, the first time included; a node with n8n's name 2 to 5 times, as there.</summary>
    [Between(0, 1000)]
    public int MaxTries { get; init; } = 3;

    /// <summary>Milliseconds before the second try; for a node with n8n's name at most 5000, as there.</summary>
    [Between(0, 86_400_000)]
    public double WaitBetweenTries { get; init; } = 1000;

    /// <summary>By how much each wait is longer than the one before it; 1 for even waits.</summary>
    [Between(1, 10)]
    public double RetryBackoff { get; init; } = 1;

    /// <summary>Gives one empty item when it would give none, so that what comes after it runs.</summary>
    public bool AlwaysOutputData { get; init; }

    /// <summary>Runs with the first item only.</summary>
    public bool ExecuteOnce { get; init; }

    /// <summary>Seconds that one execution may take; no limit of its own when absent.</summary>
    [Between(0.001, 86_400)]
    public double? Timeout { get; init; }

    /// <summary>Whether running it twice does what running it once does; the node type's own answer when absent.</summary>
    public bool? Idempotent { get; init; }

    /// <summary>A remark for people.</summary>
    [AllowEmpty]
    public string? Notes { get; init; }

    /// <summary>Whether the remark is shown on the canvas.</summary>
    public bool NotesInFlow { get; init; }

    /// <summary>The path segment of a webhook that has none of its own.</summary>
    public string? WebhookId { get; init; }

    /// <summary>The parameters as they stand in the document; each node type has its own record for them.</summary>
    [Ignored]
    public MapNode Parameters { get; init; } = new(default, []);

    [Ignored]
    public Place Place { get; init; }
}

/// <summary>One edge: from an output of a node to an input of another.</summary>
/// <param name="Kind"><c>main</c> for items; other kinds (<c>ai_tool</c> ...) attach one node to another.</param>
public sealed record EdgeDefinition(string From, int Output, string To, int Input, string Kind, Place Place);
