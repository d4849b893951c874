using Sluice.Foundation.Schema;

namespace Sluice.Gateway.Configuration;

/// <summary>Sluice: a workflow that routes run. The gateway keeps its document as it is; whoever runs workflows checks it.</summary>
public sealed record WorkflowConfig : Entity
{
    /// <summary>Unique; what routes and other workflows call it by.</summary>
    [Required]
    public string Name { get; init; } = "";

    /// <summary>Whether its triggers start it. One that is not enabled can still be run by hand and by other workflows; its routes answer 503.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>The workflow as n8n exports it.</summary>
    [Ignored]
    public MapNode Document { get; init; } = new(default, []);
}
