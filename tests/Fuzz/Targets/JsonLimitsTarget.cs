using System.Text.Json;
using Sluice.Gateway.Plugins.JsonThreatProtection;

namespace Sluice.Fuzz.Targets;

/// <summary>JSON held against limits. What passes is JSON that the framework reads too; what the framework does not read does not pass.</summary>
internal sealed class JsonLimitsTarget() : FuzzTarget("json-limits")
{
    private readonly JsonLimits narrow = new(new JsonThreatProtectionConfig
    {
        MaxContainerDepth = 4, MaxObjectEntryCount = 4, MaxObjectEntryNameLength = 6, MaxArrayElementCount = 4, MaxStringValueLength = 6, AllowDuplicateObjectEntryName = false,
    });

    private readonly JsonLimits open = new(new JsonThreatProtectionConfig());

    public override IReadOnlyList<byte[]> Pieces { get; } = AllOf("{", "}", "[", "]", ",", ":", "\"a\":", "\"\\ud83d\\ude00\"", "\\u", "\\ud800", "\\", "\"", "1e9", "true", "nul", "\u00e4", "[[[[[", "\uFEFF");

    protected override IEnumerable<byte[]> Samples => AllOf("{\"name\":\"Jason\",\"age\":20,\"parents\":[\"Joseph\",\"Viva\"]}", "[[[[]]],\"\\u00e4\\n\",{\"a\":{\"b\":null}}]", "\"text\"");

    protected override void Run(byte[] input)
    {
        var valid = IsJson(input);
        (open.Check(input) is null).ShouldBe(valid);
        if (narrow.Check(input) is null) valid.ShouldBeTrue();
    }

    private static bool IsJson(byte[] input)
    {
        try
        {
            using var document = JsonDocument.Parse(input, new JsonDocumentOptions { MaxDepth = 1_000_000 });
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
