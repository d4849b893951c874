using Sluice.Foundation.Errors;
using Sluice.Gateway.Tests.Configuration.Reading;

namespace Sluice.Gateway.Tests.Plugins;

/// <summary>What Kong would find out with the first request is told when the file is checked, and the file is taken as Kong takes it.</summary>
public class TemplateWarningTests
{
    [Theory]
    [InlineData("request-transformer", "add: {headers: [\"x:$(1 +)\"]}", "config.add.headers[0]: the template does not compile")]
    [InlineData("request-transformer", "replace: {uri: \"/$(function() end)\"}", "config.replace.uri: the template does not compile")]
    [InlineData("file-log", "{path: /tmp/x, custom_fields_by_lua: {a: \"local x = 1\"}}", "config.custom_fields_by_lua.a: the field is left out")]
    public void Code_that_cannot_run_is_a_warning(string plugin, string config, string expected)
    {
        var result = Files.Read($"_format_version: '3.0'\nplugins:\n- name: {plugin}\n  config:\n    {config}\n");
        var problem = result.Problems.ShouldHaveSingleItem();
        problem.Severity.ShouldBe(Severity.Warning);
        problem.ToString().ShouldContain(expected);
        result.Document.ShouldNotBeNull();
    }
}
