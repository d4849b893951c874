using System.Text;
using Sluice.Gateway.Configuration.Editing;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Gateway.Tests.Configuration.Editing;

public sealed class WorkflowObjectTests
{
    private const string Text = """
        _format_version: "3.0"
        routes:
        - {name: r, paths: [/r], workflow: join}
        workflows:
        - name: join
          id: n8n-has-no-uuids
          tags: [{name: as in n8n}]
          nodes: [{name: Set, type: set, parameters: {value: "={{ `${$json.a}` }}", left: "${NOT_SET}"}}]
        """;

    [Fact]
    public void A_workflow_keeps_its_document_through_export_and_storage()
    {
        var tree = Read(Text);
        foreach (var again in (ConfigurationTree[])[Read(tree.ToYaml()), Read(Encoding.UTF8.GetString(tree.ToCanonicalDocument()))])
        {
            ConfigurationDiff.Between(tree, again).Changes.ShouldBeEmpty();
            var workflow = again.ToDocument().Document!.Workflows.ShouldHaveSingleItem();
            workflow.Name.ShouldBe("join");
            workflow.Document.Text("id").ShouldBe("n8n-has-no-uuids");
            again.ToYaml().ShouldContain("`${$json.a}`");
            again.ToYaml().ShouldContain("${NOT_SET}");
        }
    }

    [Fact]
    public void Tags_beside_the_nodes_are_those_of_the_workflow_when_they_are_text()
    {
        Read(Text).ToDocument().Document!.Workflows[0].Tags.ShouldBeEmpty();
        Read(Text.Replace("{name: as in n8n}", "tenant:acme", StringComparison.Ordinal)).ToDocument().Document!.Workflows[0].Tags.ShouldBe(["tenant:acme"]);
    }

    [Fact]
    public void A_change_inside_a_workflow_is_a_change_of_the_configuration() =>
        ConfigurationDiff.Between(Read(Text), Read(Text.Replace("json.a", "json.b", StringComparison.Ordinal))).Changes.ShouldHaveSingleItem().Kind.Name.ShouldBe("workflows");

    [Fact]
    public void What_comes_over_the_network_reads_no_files()
    {
        var read = DocumentReader.Read(Encoding.UTF8.GetBytes("_format_version: '3.0'\nworkflows: [{name: a, file: /etc/hostname}]"), "kong.yml");
        read.Problems.ShouldHaveSingleItem().Field.ShouldBe("file");
    }

    private static ConfigurationTree Read(string text) => ConfigurationTree.Read(Encoding.UTF8.GetBytes(text), "kong.yml").Tree.ShouldNotBeNull();
}
