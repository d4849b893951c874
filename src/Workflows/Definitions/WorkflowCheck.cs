using Sluice.Foundation.Errors;

namespace Sluice.Workflows.Definitions;

/// <summary>What can be said of a node of a document.</summary>
public enum NodeVerdict { Runs, RunsWithDifferences, NotSupported }

/// <summary>One node's verdict and why.</summary>
public sealed record NodeReport(string Name, string Type, NodeVerdict Verdict, IReadOnlyList<string> Reasons);

/// <summary>What came of loading a workflow.</summary>
/// <param name="Model">What runs; null when there are errors.</param>
/// <param name="Problems">Everything wrong or worth knowing, with workflow, node and field.</param>
/// <param name="Nodes">Each node's verdict, in the order of the document.</param>
public sealed record WorkflowCheck(WorkflowModel? Model, IReadOnlyList<Problem> Problems, IReadOnlyList<NodeReport> Nodes);
