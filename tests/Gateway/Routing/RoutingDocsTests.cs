using System.Runtime.CompilerServices;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Routing;
using Sluice.Gateway.Routing.Expressions;

namespace Sluice.Gateway.Tests.Routing;

/// <summary>What the pages of the reference show is true.</summary>
public sealed class RoutingDocsTests
{
    [Fact]
    public void The_examples_of_expressions_can_be_read()
    {
        var examples = Page("expressions.md").SkipWhile(line => line != "```expressions").Skip(1).TakeWhile(line => line != "```").ToArray();
        examples.ShouldNotBeEmpty();
        foreach (var example in examples)
        {
            RouteExpression.TryParse(example, out var error).ShouldNotBeNull($"{example}: {error}").MixesOperators.ShouldBeFalse(example);
        }
    }

    [Fact]
    public void The_table_of_upstream_paths_is_right()
    {
        var rows = Page("routing.md").SkipWhile(line => !line.StartsWith("| service path", StringComparison.Ordinal)).Skip(2)
            .TakeWhile(line => line.StartsWith('|')).Select(line => line.Split('|').Select(cell => cell.Trim(' ', '`')).ToArray()).ToArray();
        rows.ShouldNotBeEmpty();
        foreach (var row in rows)
        {
            var service = new ServiceConfig { Path = row[1] == "none" ? null : row[1] };
            var match = new RouteMatch { MatchedLength = row[2].Length };
            UpstreamPath.Build(match, new RouteConfig(), service, row[3]).ShouldBe(row[4], string.Join(' ', row));
            UpstreamPath.Build(match, new RouteConfig { StripPath = false }, service, row[3]).ShouldBe(row[5], string.Join(' ', row));
        }
    }

    private static string[] Page(string name, [CallerFilePath] string here = "") =>
        File.ReadAllLines(Path.Combine(Path.GetDirectoryName(here)!, "../../../docs/reference", name));
}
