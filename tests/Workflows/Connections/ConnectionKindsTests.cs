using System.Text;
using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;
using Sluice.Workflows.Connections;

namespace Sluice.Workflows.Tests.Connections;

public sealed class ConnectionKindsTests
{
    [Fact]
    public void Names_are_unique_and_every_field_is_described()
    {
        ConnectionKinds.All.SelectMany(k => k.Aliases.Append(k.Name)).ShouldBeUnique();
        foreach (var kind in ConnectionKinds.All)
            foreach (var (name, field) in kind.Schema()["properties"]!.AsObject()) ((string?)field!["description"]).ShouldNotBeNullOrEmpty($"{kind.Name}: {name}");
    }

    /// <summary>What sounds secret is; a field that is meant to be seen stands here by name.</summary>
    [Fact]
    public void Secret_fields_are_marked()
    {
        string[] seen = ["access_key_id", "token_url", "public_key", "key_type"];
        var unmarked = ConnectionKinds.All.SelectMany(k => RecordPlan.For(k.Record).Fields.Where(f => !f.Secret && RecordSecrets.LooksSecret(f.Name)).Select(f => f.Name));
        unmarked.Except(seen).ShouldBeEmpty();
    }

    /// <summary>Run with SLUICE_ACCEPT=1 to write it anew.</summary>
    [Fact]
    public void The_reference_page_says_what_the_code_says()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Sluice.slnx"))) root = Path.GetDirectoryName(root)!;
        var file = Path.Combine(root, "docs/reference/connections.md");
        if (Environment.GetEnvironmentVariable("SLUICE_ACCEPT") is "1") File.WriteAllText(file, ConnectionReferencePage.Write());
        File.ReadAllText(file).ShouldBe(ConnectionReferencePage.Write());
    }

    [Theory]
    [InlineData("- name: a\n  kind: bearer\n  fields: {token: t}\n", "")]
    [InlineData("connections:\n- {name: a, kind: httpBearerAuth, fields: {token: t}}\n", "")]
    [InlineData("- name: a\n  kind: bearr\n", "connection \"a\": kind: there is no kind 'bearr'; did you mean 'bearer'?")]
    [InlineData("- kind: bearer\n", "connection: name: required field missing")]
    [InlineData("- name: a\n  kind: bearer\n", "connection \"a\": fields.token: required field missing")]
    [InlineData("a: 1", "document: : expected a list of connections: name, kind, fields")]
    [InlineData("- 7", "connection: : expected name, kind and fields, not a number")]
    public async Task Files_are_read_strictly(string yaml, string expected)
    {
        var problems = new List<Problem>();
        var read = FileConnections.Read("c.yml", Encoding.UTF8.GetBytes(yaml), DocumentFormat.Yaml, problems);
        string.Join('\n', problems.Select(p => $"{p.Object}: {p.Field}: {p.Message}")).ShouldBe(expected);
        if (expected.Length == 0) (await read!.FindAsync("a", "", TestContext.Current.CancellationToken)).ShouldNotBeNull();
        else read.ShouldBeNull();
    }
}
