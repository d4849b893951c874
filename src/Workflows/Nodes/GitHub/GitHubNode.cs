using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.Nodes.Connectors;

namespace Sluice.Workflows.Nodes.GitHub;

/// <summary>Creates and reads issues, releases and repositories at GitHub.</summary>
internal sealed class GitHubNode(GitHubParameters parameters, NodeSetup setup) : ConnectorNode<GitHubParameters>(Api, parameters, setup)
{
    private static readonly ConnectorApi<GitHubParameters> Api = new("GitHub", "https://api.github.com", "github", "oauth2")
    {
        Headers = new Dictionary<string, string> { ["Accept"] = "application/vnd.github+json", ["X-GitHub-Api-Version"] = "2022-11-28" },
        ["issue"] = new("create")
        {
            ["create"] = static (p, call) => call.Post($"/repos/{p.Owner:owner}/{p.Repository:repository}/issues").Body("title", call.Need(p.Title, "title")).Body("body", p.Body)
                .Body("labels", NamedValues.Each(call.Value(p.Labels), "label")).Body("assignees", NamedValues.Each(call.Value(p.Assignees), "assignee")),
            ["get"] = static (p, call) => call.Get($"/repos/{p.Owner:owner}/{p.Repository:repository}/issues/{p.IssueNumber:issueNumber}"),
            ["edit"] = static (p, call) => Edit(call.Object(p.EditFields), call.Patch($"/repos/{p.Owner:owner}/{p.Repository:repository}/issues/{p.IssueNumber:issueNumber}")),
            ["createComment"] = static (p, call) => call.Post($"/repos/{p.Owner:owner}/{p.Repository:repository}/issues/{p.IssueNumber:issueNumber}/comments").Body("body", call.Need(p.Body, "body")),
            ["lock"] = static (p, call) => call.Put($"/repos/{p.Owner:owner}/{p.Repository:repository}/issues/{p.IssueNumber:issueNumber}/lock").Body("lock_reason", p.LockReason),
        },
        ["release"] = new("create")
        {
            ["create"] = static (p, call) => call.Post($"/repos/{p.Owner:owner}/{p.Repository:repository}/releases").Body("tag_name", call.Need(p.ReleaseTag, "releaseTag")).BodyAll(p.AdditionalFields),
            ["get"] = static (p, call) => call.Get($"/repos/{p.Owner:owner}/{p.Repository:repository}/releases/{p.ReleaseId:release_id}"),
            ["getAll"] = static (p, call) => call.Get($"/repos/{p.Owner:owner}/{p.Repository:repository}/releases").Pages(p, Pagings.Link, "per_page", 100),
            ["update"] = static (p, call) => call.Patch($"/repos/{p.Owner:owner}/{p.Repository:repository}/releases/{p.ReleaseId:release_id}").BodyAll(p.AdditionalFields),
            ["delete"] = static (p, call) => call.Delete($"/repos/{p.Owner:owner}/{p.Repository:repository}/releases/{p.ReleaseId:release_id}"),
        },
        ["repository"] = new("getIssues")
        {
            ["get"] = static (p, call) => call.Get($"/repos/{p.Owner:owner}/{p.Repository:repository}"),
            ["getIssues"] = static (p, call) => call.Get($"/repos/{p.Owner:owner}/{p.Repository:repository}/issues").QueryAll(p.GetRepositoryIssuesFilters).Pages(p, Pagings.Link, "per_page", 100),
            ["getPullRequests"] = static (p, call) => call.Get($"/repos/{p.Owner:owner}/{p.Repository:repository}/pulls").QueryAll(p.GetRepositoryPullRequestsFilters).Pages(p, Pagings.Link, "per_page", 100),
            ["getLicense"] = static (p, call) => call.Get($"/repos/{p.Owner:owner}/{p.Repository:repository}/license"),
            ["getProfile"] = static (p, call) => call.Get($"/repos/{p.Owner:owner}/{p.Repository:repository}/community/profile"),
        },
        ["user"] = new("getRepositories")
        {
            ["getRepositories"] = static (p, call) => call.Get($"/users/{p.Owner:owner}/repos").Pages(p, Pagings.Link, "per_page", 100),
        },
        ["organization"] = new("getRepositories")
        {
            ["getRepositories"] = static (p, call) => call.Get($"/orgs/{(call.IsGiven(p.Organization) ? p.Organization : p.Owner):owner}/repos").Pages(p, Pagings.Link, "per_page", 100),
        },
        ["workflow"] = new("dispatch")
        {
            ["dispatch"] = static (p, call) => call.Post($"/repos/{p.Owner:owner}/{p.Repository:repository}/actions/workflows/{p.WorkflowId:workflowId}/dispatches").Body("ref", call.Need(p.Ref, "ref")).Body("inputs", call.Json(p.Inputs, "inputs")),
        },
    };

    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<GitHubNode, GitHubParameters>((p, s) => new(p, s))
    {
        Type = "github",
        Summary = "Creates and reads issues, releases and repositories at GitHub.",
        Category = NodeCategory.Connector,
        Upgrade = static (old, _) => FromAddress(FromAddress(old, "owner", 0), "repository", 1),
        Aliases = [new("n8n-nodes-base.github", 1, 1.1)],
        Lacks = "files and reviews",
        Connector = Api.Facts,
    };

    private static void Edit(JsObject fields, ApiRequest call)
    {
        foreach (var (name, value) in fields)
            call.Body(name, name switch { "labels" => NamedValues.Each(value, "label"), "assignees" => NamedValues.Each(value, "assignee"), _ => value });
    }

    /// <summary>An owner or repository that is given as an address, <c>https://github.com/octo/shop</c>, by its name.</summary>
    private static MapNode FromAddress(MapNode old, string field, int segment) =>
        old[field] is MapNode given && given.Text("mode") is "url" && Uri.TryCreate(given.Text("value"), UriKind.Absolute, out var address) && address.Segments.Length > segment + 1
            ? old.With(field, DocumentData.Text(old.Place, address.Segments[segment + 1].TrimEnd('/')))
            : old;
}
