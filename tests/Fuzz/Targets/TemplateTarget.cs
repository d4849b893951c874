using System.Text;
using Sluice.Gateway.Plugins.Templates;

namespace Sluice.Fuzz.Targets;

/// <summary>The expressions inside templates of the transformers.</summary>
internal sealed class TemplateTarget() : FuzzTarget("template")
{
    public override IReadOnlyList<byte[]> Pieces { get; } = AllOf(
        "(", ")", "[", "]", "{", "}", "..", " and ", " or ", "not ", "\"", "'", "headers.", "query_params[\"a\"]", "uri_captures[1]", "function() return ", " end", "1e99", "--", "#", "~=", "\0");

    protected override IEnumerable<byte[]> Samples => AllOf(
        "headers[\"x-a\"] or \"none\"", "(query_params.a or 1) .. \"-\" .. uri_captures[\"id\"]", "shared.x and not headers.y", "(function() return headers.a end)()");

    protected override void Run(byte[] input)
    {
        var (expression, error) = TemplateParser.Parse(Encoding.UTF8.GetString(input));
        (expression is null).ShouldBe(error is not null, "an error exactly where there is no expression");
    }
}
