using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Connectors;

namespace Sluice.Workflows.Nodes.GitLab;

/// <summary>Creates and reads issues and releases at GitLab.</summary>
internal sealed class GitLabNode(GitLabParameters parameters, NodeSetup setup) : ConnectorNode<GitLabParameters>(Api, parameters, setup)
{
    private static readonly ConnectorApi<GitLabParameters> Api = new("GitLab", "https://gitlab.com", "gitlab", "oauth2")
    {
        ["issue"] = new("create")
        {
            ["create"] = static (p, call) => call.Post($"/api/v4/projects/{Project(p, call):project}/issues").Body("title", call.Need(p.Title, "title")).Body("description", p.Body).Body("due_date", p.DueDate)
                .Body("labels", Joined(NamedValues.Each(call.Value(p.Labels), "label"))).Body("assignee_ids", NamedValues.Each(call.Value(p.AssigneeIds), "assignee")),
            ["get"] = static (p, call) => call.Get($"/api/v4/projects/{Project(p, call):project}/issues/{p.IssueNumber:issueNumber}"),
            ["edit"] = static (p, call) => Edit(call.Object(p.EditFields), call.Put($"/api/v4/projects/{Project(p, call):project}/issues/{p.IssueNumber:issueNumber}")),
            ["createComment"] = static (p, call) => call.Post($"/api/v4/projects/{Project(p, call):project}/issues/{p.IssueNumber:issueNumber}/notes").Body("body", call.Need(p.Body, "body")),
            ["lock"] = static (p, call) => call.Put($"/api/v4/projects/{Project(p, call):project}/issues/{p.IssueNumber:issueNumber}").Body("discussion_locked", true),
        },
        ["release"] = new("create")
        {
            ["create"] = static (p, call) => call.Post($"/api/v4/projects/{Project(p, call):project}/releases").Body("tag_name", call.Need(p.ReleaseTag, "releaseTag")).BodyAll(p.AdditionalFields),
            ["get"] = static (p, call) => call.Get($"/api/v4/projects/{Project(p, call):project}/releases/{p.ReleaseTag:tag_name}"),
            ["getAll"] = static (p, call) => call.Get($"/api/v4/projects/{Project(p, call):project}/releases").QueryAll(p.AdditionalFields).Pages(p, Pagings.Link, "per_page", 100),
            ["update"] = static (p, call) => call.Put($"/api/v4/projects/{Project(p, call):project}/releases/{p.ReleaseTag:tag_name}").BodyAll(p.AdditionalFields),
            ["delete"] = static (p, call) => call.Delete($"/api/v4/projects/{Project(p, call):project}/releases/{p.ReleaseTag:tag_name}"),
        },
        ["repository"] = new("getIssues")
        {
            ["get"] = static (p, call) => call.Get($"/api/v4/projects/{Project(p, call):project}"),
            ["getIssues"] = static (p, call) => call.Get($"/api/v4/projects/{Project(p, call):project}/issues").QueryAll(p.GetRepositoryIssuesFilters).Pages(p, Pagings.Link, "per_page", 100),
            ["getMergeRequests"] = static (p, call) => call.Get($"/api/v4/projects/{Project(p, call):project}/merge_requests").QueryAll(p.Filters).Pages(p, Pagings.Link, "per_page", 100),
        },
        ["user"] = new("getRepositories")
        {
            ["getRepositories"] = static (p, call) => call.Get($"/api/v4/users/{p.Owner:owner}/projects").Pages(p, Pagings.Link, "per_page", 100),
        },
    };

    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<GitLabNode, GitLabParameters>((p, s) => new(p, s))
    {
        Type = "gitlab",
        Summary = "Creates and reads issues and releases at GitLab.",
        Category = NodeCategory.Connector,
        Aliases = [new("n8n-nodes-base.gitlab", 1, 1)],
        Lacks = "files",
        Connector = Api.Facts,
    };

    private static string Project(GitLabParameters p, ApiRequest call) => call.IsGiven(p.ProjectId) ? call.Need(p.ProjectId, "projectId") : $"{call.Need(p.Owner, "owner")}/{call.Need(p.Repository, "repository")}";

    private static JsValue Joined(JsValue labels) => labels.AsArray is { } list ? string.Join(',', list.Select(ParameterValues.ToText)) : labels;

    private static void Edit(JsObject fields, ApiRequest call)
    {
        foreach (var (name, value) in fields)
        {
            _ = name switch
            {
                "labels" => call.Body(name, Joined(NamedValues.Each(value, "label"))),
                "assignee_ids" => call.Body(name, NamedValues.Each(value, "assignee")),
                // The API is told what to do, not what shall be.
                "state" => call.Body("state_event", value.AsString switch { "closed" => "close", "opened" or "open" => "reopen", _ => value }),
                "body" => call.Body("description", value),
                _ => call.Body(name, value),
            };
        }
    }
}
