using System.Text.Json.Nodes;
using Sluice.Foundation.Schema;

namespace Sluice.Foundation.Tests.Schema;

public sealed class RecordSecretsTests
{
    private static readonly RecordWriter Writer = new();

    [Theory]
    [InlineData("""{"password":"p4ss","name":"n"}""", """{"password":"***","name":"n"}""")]
    [InlineData("""{"password":""}""", """{"password":""}""")]
    [InlineData("""{"password":null}""", """{"password":null}""")]
    [InlineData("""{"password":"{vault://env/p}"}""", """{"password":"{vault://env/p}"}""")]
    [InlineData("""{"password":"${P}"}""", """{"password":"${P}"}""")]
    [InlineData("""{"password":"${P:-p4ss}"}""", """{"password":"***"}""")]
    [InlineData("""{"headers":{"a":"p4ss","b":"${B}"}}""", """{"headers":{"a":"***","b":"${B}"}}""")]
    [InlineData("""{"one":{"password":"p4ss"},"many":[{"password":"p4ss"},{}],"named":{"x":{"password":"p4ss"}}}""", """{"one":{"password":"***"},"many":[{"password":"***"},{}],"named":{"x":{"password":"***"}}}""")]
    public void The_values_of_secret_fields_are_masked(string json, string shown)
    {
        var record = JsonNode.Parse(json)!.AsObject();
        RecordSecrets.Hide(typeof(Settings), record, Writer);
        record.ToJsonString().ShouldBe(JsonNode.Parse(shown)!.ToJsonString());
    }

    [Fact]
    public void Without_a_record_names_tell()
    {
        var json = JsonNode.Parse("""{"api_key":"x","inner":{"client_secret":["x"],"host":"h"}}""")!.AsObject();
        RecordSecrets.HideByName(json);
        json.ToJsonString().ShouldBe("""{"api_key":"***","inner":{"client_secret":["***"],"host":"h"}}""");
    }

    private sealed record Settings
    {
        public string? Name { get; init; }

        [Secret]
        public string? Password { get; init; }

        [Secret]
        public IReadOnlyDictionary<string, string>? Headers { get; init; }

        public Settings? One { get; init; }

        public IReadOnlyList<Settings>? Many { get; init; }

        public IReadOnlyDictionary<string, Settings>? Named { get; init; }
    }
}
