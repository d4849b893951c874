using System.Text;
using Sluice.Gateway.Configuration.Editing;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Gateway.Tests.Configuration.Editing;

/// <summary>What is exported or stored reads back to the same configuration: files that people have, and those of SLUICE_CORPUS.</summary>
public class ExportTests
{
    private static readonly ReadOptions Options = ReadOptions.Default with { Environment = _ => "1", UnsetVariable = Sluice.Foundation.Errors.Severity.Warning };

    [Fact]
    public void Exported_files_read_back_to_the_same_objects()
    {
        var folders = new[] { Path.Combine(Golden.Root(), "tests/Golden/configuration"), Path.Combine(Golden.Root(), "samples"), Environment.GetEnvironmentVariable("SLUICE_CORPUS") };
        var files = folders.Where(f => !string.IsNullOrEmpty(f)).SelectMany(f => Directory.EnumerateFiles(f!, "*", SearchOption.AllDirectories)).Where(f => Path.GetExtension(f) is ".yml" or ".yaml" or ".json").ToList();
        var wrong = new List<string>();
        var checkedFiles = 0;
        foreach (var file in files)
        {
            var read = ConfigurationTree.Read(File.ReadAllBytes(file), Path.GetFileName(file), Options);
            if (read.Tree is null)
                continue;
            checkedFiles++;
            wrong.AddRange(Differences(read.Tree, Encoding.UTF8.GetBytes(read.Tree.ToYaml()), "yaml").Select(w => $"{file}: {w}"));
            wrong.AddRange(Differences(read.Tree, Encoding.UTF8.GetBytes(read.Tree.ToReadableJson()), "json").Select(w => $"{file}: {w}"));
            wrong.AddRange(Differences(read.Tree, read.Tree.ToCanonicalDocument(), "canonical.json").Select(w => $"{file}: {w}"));
        }

        checkedFiles.ShouldBeGreaterThan(3, "of the files in this repository");
        wrong.ShouldBeEmpty();
    }

    [Fact]
    public void An_export_is_written_the_way_a_person_would()
    {
        var yaml = """
            _format_version: "3.0"
            services:
            - name: orders
              url: http://orders.test:8080/api
              routes:
              - name: orders
                paths: [/orders, '~/o/\d+$']
                plugins:
                - name: rate-limiting
                  config: { minute: 5 }
              plugins:
              - name: key-auth
            upstreams:
            - name: orders.test
              targets: [{ target: '10.0.0.1:80' }, { target: '10.0.0.2:80', weight: 5 }]
            consumers:
            - username: ann
              keyauth_credentials: [{ key: '${ANNS_KEY}' }]
              groups: [{ name: gold }]
              tags: ['on', 'a: b']
            consumer_groups: [{ name: gold }]
            plugins:
            - { name: cors, route: orders, consumer: null }
            """;

        Golden.Check("tests/Golden/configuration/export.yml", ConfigurationTree.Read(Encoding.UTF8.GetBytes(yaml), options: Options).Tree!.ToYaml());
    }

    private static IEnumerable<string> Differences(ConfigurationTree tree, byte[] content, string name)
    {
        var again = ConfigurationTree.Read(content, name, Options);
        if (again.Tree is null)
            return [$"{name}: {string.Join("; ", again.Problems.Where(p => p.Severity == Sluice.Foundation.Errors.Severity.Error))}"];
        var diff = ConfigurationDiff.Between(tree, again.Tree);
        return diff.IsEmpty ? [] : [$"{name}: {diff.ToText()}"];
    }
}
