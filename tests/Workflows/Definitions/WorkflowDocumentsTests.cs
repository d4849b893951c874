using System.Text;
using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;
using Sluice.Workflows.Definitions;

namespace Sluice.Workflows.Tests.Definitions;

public sealed class WorkflowDocumentsTests
{
    private const string One = """{"name": "one", "nodes": [{"name": "A", "type": "no-op"}], "connections": {}}""";

    private const string Nameless = """{"nodes": [{"name": "A", "type": "no-op"}], "connections": {}}""";

    [Theory]
    [InlineData(One, ":one")]
    [InlineData(Nameless, ":")]
    [InlineData("""{"nodes": [{"name": "A", "type": "no-op"}]}""", ":")]
    [InlineData("[" + One + "," + Nameless + "]", ":one :")]
    [InlineData("""{"data": """ + One + "}", ":one")]
    [InlineData("""{"data": [""" + One + "," + One + """], "nextCursor": null}""", ":one :one")]
    [InlineData("""{"workflow": {"id": 7, "name": "outer", "workflow": """ + Nameless + "}}", "outer:")]
    [InlineData("""{"id": 9, "finished": true, "workflowData": """ + One + """, "data": {"resultData": {"runData": {}}}}""", ":one")]
    [InlineData("""{"collection": {"name": "pack", "nodes": [{"id": 20, "name": "n8n-nodes-base.if", "defaults": {}}], "workflows": [{"name": "first", "workflow": """ + Nameless + "}]}}", "first:")]
    [InlineData("""{"nodes": [], "connections": {}}""", ":")]
    public void Workflows_are_found_in_whatever_they_are_wrapped(string text, string found) =>
        string.Join(' ', In(text, []).Select(d => $"{d.Name}:{d.Map.Text("name")}")).ShouldBe(found);

    [Theory]
    [InlineData("[1, 2]", "expected a map or a list of workflows; none of the entries has nodes")]
    [InlineData("[]", "expected a map or a list of workflows; none of the entries has nodes")]
    [InlineData("7", "expected a map, not a number")]
    public void Other_documents_are_refused(string text, string message)
    {
        var problems = new List<Problem>();
        In(text, problems).ShouldBeEmpty();
        problems.ShouldHaveSingleItem().Message.ShouldBe(message);
    }

    [Fact]
    public void A_map_without_nodes_is_left_to_its_reader_and_endless_wrapping_is_not_followed()
    {
        var problems = new List<Problem>();
        In("""{"data": {"data": {"data": {"data": {"data": """ + One + "}}}}}", problems).ShouldHaveSingleItem().Map["nodes"].ShouldBeNull();
        problems.ShouldBeEmpty();
    }

    private static IReadOnlyList<FoundDocument> In(string text, List<Problem> problems) =>
        WorkflowDocuments.In(DocumentParser.Parse("test.json", Encoding.UTF8.GetBytes(text), DocumentFormat.Json).Root!, problems);
}
