using System.Text;
using Sluice.Gateway.Plugins.JsonThreatProtection;

namespace Sluice.Gateway.Tests.Plugins.JsonThreatProtection;

public sealed class JsonThreatProtectionPluginTests
{
    /// <summary>The policy that Kong's page explains.</summary>
    private static readonly JsonThreatProtectionConfig Documented = new()
    {
        MaxBodySize = 1024,
        MaxContainerDepth = 2,
        MaxObjectEntryCount = 4,
        MaxObjectEntryNameLength = 7,
        MaxArrayElementCount = 2,
        MaxStringValueLength = 6,
        ErrorMessage = "Incorrect request format",
    };

    [Theory]
    [InlineData("""{"name":"Jason","age":20,"gender":"male","parents":["Joseph","Viva"]}""", null)]
    [InlineData("""{"a":{"b":{}}}""", "at [$.a.b]: The maximum depth")]
    [InlineData("""[[[]]]""", "at [$[0][0]]: The maximum depth")]
    [InlineData("""{"a":1,"b":1,"c":1,"d":1,"e":1}""", "at [$.e]: The maximum number of entries")]
    [InlineData("""{"a":[1,2,3]}""", "at [$.a[2]]: The maximum number of elements")]
    [InlineData("""{"a":[{},{},{}]}""", "elements", 9)]
    [InlineData("""{"postal_code":1}""", "at [$.postal_code]: The maximum length allowed for an object entry name")]
    [InlineData("""{"a":"1234567"}""", "at [$.a]: The maximum length allowed for a string value")]
    [InlineData("\"äöüßéñ\"", null)]
    [InlineData("\"äöüßéñx\"", "string value")]
    [InlineData("\"\\u00e4\\n\\ud83d\\ude00\\\"\\\\/\"", null)]
    [InlineData("\"\\u00e4\\n\\ud83d\\ude00\\\"\\\\/x\"", "string value")]
    [InlineData("""{"a":1,}""", "line 1, byte 8: the body is not valid JSON")]
    [InlineData("", "not valid JSON")]
    [InlineData("{}{}", "not valid JSON")]
    public void Limits_are_held(string json, string? problem, int depth = 2)
    {
        var found = new JsonLimits(Documented with { MaxContainerDepth = depth }).Check(Encoding.UTF8.GetBytes(json));
        if (problem is null) found.ShouldBeNull();
        else found.ShouldNotBeNull().ShouldContain(problem);
    }

    [Fact]
    public void Names_given_twice_are_found_however_they_are_written()
    {
        var limits = new JsonLimits(new JsonThreatProtectionConfig { AllowDuplicateObjectEntryName = false });
        limits.Check("""{"a":{"b":1},"b":{"a":1}}"""u8).ShouldBeNull();
        limits.Check("""[{"a":1,"\u0061":2}]"""u8).ShouldBe("at [$[0].\\u0061]: An object entry name is given twice.");
    }

    [Fact]
    public void Without_limits_anything_valid_passes_however_deep() =>
        new JsonLimits(new JsonThreatProtectionConfig()).Check(Encoding.ASCII.GetBytes(new string('[', 100_000) + new string(']', 100_000))).ShouldBeNull();

    [Fact]
    public async Task A_violation_is_refused_with_the_configured_answer()
    {
        var result = await new PluginHarness().Use("json-threat-protection", Documented with { ErrorStatusCode = 422 }).SendAsync("/", "POST", body: "[1,2,3]"u8.ToArray());
        result.Status.ShouldBe(422);
        result.Answer!.Error!.Message.ShouldBe("Incorrect request format");
    }

    [Theory]
    [InlineData("GET", "[1,2,3]", 200)]
    [InlineData("DELETE", "[1,2,3]", 200)]
    [InlineData("PUT", "[1,2,3]", 400)]
    [InlineData("PATCH", "[1,2]", 200)]
    public async Task Only_methods_that_bring_bodies_are_looked_at(string method, string body, int status) =>
        (await new PluginHarness().Use("json-threat-protection", Documented).SendAsync("/", method, body: Encoding.UTF8.GetBytes(body))).Status.ShouldBe(status);

    [Fact]
    public async Task Too_large_a_body_is_refused_and_only_noted_in_log_mode()
    {
        var body = Encoding.UTF8.GetBytes($"[{new string(' ', 2000)}]");
        (await new PluginHarness().Use("json-threat-protection", Documented).SendAsync("/", "POST", body: body)).Status.ShouldBe(400);
        (await new PluginHarness().Use("json-threat-protection", Documented with { EnforcementMode = "log_only" }).SendAsync("/", "POST", body: body)).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("text/plain", "hello", 200)]
    [InlineData("application/json", "hello", 400)]
    [InlineData("application/vnd.x+json; charset=utf-8", "[1,2,3]", 400)]
    public async Task Other_types_pass_where_they_may(string type, string body, int status) =>
        (await new PluginHarness().Use("json-threat-protection", Documented with { AllowNonJsonRequests = true })
            .SendAsync("/", "POST", [("Content-Type", type)], Encoding.UTF8.GetBytes(body))).Status.ShouldBe(status);

    [Fact]
    public void Random_bytes_never_throw()
    {
        var random = new Random(5);
        var limits = new JsonLimits(Documented with { AllowDuplicateObjectEntryName = false, MaxContainerDepth = 5 });
        var alphabet = "{}[]\",:0e-.truefalsnx\\ud8\u00e4 \n"u8.ToArray();
        for (var i = 0; i < 20_000; i++)
        {
            var json = new byte[random.Next(40)];
            for (var j = 0; j < json.Length; j++) json[j] = alphabet[random.Next(alphabet.Length)];
            limits.Check(json);
        }
    }
}
