using Sluice.Gateway.Tests.Configuration.Reading;

namespace Sluice.Gateway.Tests.Plugins;

/// <summary>What would end up in a header field that no HTTP message can carry is refused with the file, not with each request.</summary>
public class HeaderValuesTests
{
    [Theory]
    [InlineData("key-auth", "realm: \"a\\r\\nX-Evil: 1\"")]
    [InlineData("jwt", "realm: \"a\\u0000\"")]
    [InlineData("request-termination", "{content_type: \"text/plain\\n\", body: x}")]
    [InlineData("cors", "headers: [\"a\\nb\"]")]
    [InlineData("cors", "exposed_headers: [\"a\\nb\"]")]
    [InlineData("response-transformer", "add: {headers: [\"x-a:b\\r\\nX-Evil: 1\"]}")]
    public void A_value_with_control_characters_is_refused(string plugin, string config) =>
        Problems(plugin, config).ShouldHaveSingleItem().ShouldContain("must not contain line breaks or other control characters");

    [Theory]
    [InlineData("a b")]
    [InlineData("a:")]
    public void The_field_of_correlation_ids_has_a_name_that_fields_can_have(string name) =>
        Problems("correlation-id", $"header_name: '{name}'").ShouldHaveSingleItem().ShouldContain("must be the name of a header field");

    [Fact]
    public void A_line_break_at_the_end_of_a_transformers_value_means_nothing() =>
        Problems("response-transformer", "add: {headers: [\"x-a:b\\n\"]}").ShouldBeEmpty();

    private static string[] Problems(string plugin, string config) =>
        Files.Problems($"_format_version: '3.0'\nplugins:\n- name: {plugin}\n  config:\n    {config}\n");
}
