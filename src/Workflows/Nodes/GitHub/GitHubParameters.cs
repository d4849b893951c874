using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Connectors;

namespace Sluice.Workflows.Nodes.GitHub;

/// <summary>What is done at GitHub.</summary>
[CamelCase]
internal sealed record GitHubParameters : ConnectorParameters
{
    /// <summary>Whose repository it is.</summary>
    public Parameter<string> Owner { get; init; } = "";

    /// <summary>The repository.</summary>
    public Parameter<string> Repository { get; init; } = "";

    /// <summary>The title of an issue.</summary>
    public Parameter<string> Title { get; init; } = "";

    /// <summary>The text of an issue or comment.</summary>
    public Parameter<string> Body { get; init; } = "";

    /// <summary>Labels: a list, or <c>[{"label": "bug"}]</c>.</summary>
    public Parameter<JsValue>? Labels { get; init; }

    /// <summary>People in charge: a list, or <c>[{"assignee": "octocat"}]</c>.</summary>
    public Parameter<JsValue>? Assignees { get; init; }

    /// <summary>The number of an issue.</summary>
    public Parameter<string> IssueNumber { get; init; } = "";

    /// <summary>What changes: <c>title</c>, <c>body</c>, <c>state</c>, <c>labels</c>, <c>assignees</c>.</summary>
    public Parameter<JsValue>? EditFields { get; init; }

    /// <summary>Why an issue is locked: <c>off-topic</c>, <c>too heated</c>, <c>resolved</c>, <c>spam</c>.</summary>
    public Parameter<string> LockReason { get; init; } = "";

    /// <summary>The tag of a new release.</summary>
    public Parameter<string> ReleaseTag { get; init; } = "";

    /// <summary>A release.</summary>
    [Field("release_id")]
    [Alias("releaseId")]
    public Parameter<string> ReleaseId { get; init; } = "";

    /// <summary>More about it: fields of the API (<c>name</c>, <c>body</c>, <c>draft</c>, <c>prerelease</c>, <c>target_commitish</c>).</summary>
    public Parameter<JsValue>? AdditionalFields { get; init; }

    /// <summary>Which issues are wanted: <c>state</c>, <c>labels</c>, <c>assignee</c>, <c>since</c>, <c>sort</c>, <c>direction</c>.</summary>
    public Parameter<JsValue>? GetRepositoryIssuesFilters { get; init; }

    /// <summary>Which pull requests are wanted: <c>state</c>, <c>sort</c>, <c>direction</c>.</summary>
    public Parameter<JsValue>? GetRepositoryPullRequestsFilters { get; init; }

    /// <summary>A workflow of GitHub Actions: its id or the name of its file.</summary>
    public Parameter<string> WorkflowId { get; init; } = "";

    /// <summary>The branch or tag that it runs for.</summary>
    public Parameter<string> Ref { get; init; } = "main";

    /// <summary>What it is given.</summary>
    public Parameter<JsValue>? Inputs { get; init; }

    /// <summary>An organization.</summary>
    public Parameter<string> Organization { get; init; } = "";
}
