using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Connectors;

namespace Sluice.Workflows.Nodes.GitLab;

/// <summary>What is done at GitLab.</summary>
[CamelCase]
internal sealed record GitLabParameters : ConnectorParameters
{
    /// <summary>Whose project it is: a user or group.</summary>
    public Parameter<string> Owner { get; init; } = "";

    /// <summary>The project.</summary>
    public Parameter<string> Repository { get; init; } = "";

    /// <summary>The id of the project, in place of owner and name.</summary>
    public Parameter<string> ProjectId { get; init; } = "";

    /// <summary>The title of an issue.</summary>
    public Parameter<string> Title { get; init; } = "";

    /// <summary>The text of an issue or comment.</summary>
    public Parameter<string> Body { get; init; } = "";

    /// <summary>When an issue has to be done.</summary>
    [Field("due_date")]
    [Alias("dueDate")]
    public Parameter<string> DueDate { get; init; } = "";

    /// <summary>Labels: a list, or <c>[{"label": "bug"}]</c>.</summary>
    public Parameter<JsValue>? Labels { get; init; }

    /// <summary>People in charge: a list of ids, or <c>[{"assignee": 7}]</c>.</summary>
    [Field("assignee_ids")]
    public Parameter<JsValue>? AssigneeIds { get; init; }

    /// <summary>The number of an issue within its project.</summary>
    public Parameter<string> IssueNumber { get; init; } = "";

    /// <summary>What changes: <c>title</c>, <c>description</c>, <c>state</c> (opened, closed), <c>labels</c>, <c>assignee_ids</c>, <c>due_date</c>.</summary>
    public Parameter<JsValue>? EditFields { get; init; }

    /// <summary>The tag of a release.</summary>
    [Alias("tag_name")]
    public Parameter<string> ReleaseTag { get; init; } = "";

    /// <summary>More about it: fields of the API (<c>name</c>, <c>description</c>, <c>ref</c>).</summary>
    public Parameter<JsValue>? AdditionalFields { get; init; }

    /// <summary>Which issues are wanted: <c>state</c>, <c>labels</c>, <c>assignee_id</c>, <c>created_after</c>, <c>order_by</c>, <c>sort</c>.</summary>
    public Parameter<JsValue>? GetRepositoryIssuesFilters { get; init; }

    /// <summary>Which lists are wanted: fields of the API.</summary>
    public Parameter<JsValue>? Filters { get; init; }
}
