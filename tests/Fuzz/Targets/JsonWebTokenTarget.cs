using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Sluice.Gateway.Plugins.Jose;

namespace Sluice.Fuzz.Targets;

/// <summary>Tokens that callers show, before anything is verified.</summary>
internal sealed class JsonWebTokenTarget() : FuzzTarget("jwt")
{
    public override IReadOnlyList<byte[]> Pieces { get; } = AllOf(".", "=", "-", "_", "+", "/", "e30", "eyJhbGciOiJub25lIn0", "bnVsbA", "W10", "\0", "é", "\\ud800", "\"", "{", "}", ":", ",");

    protected override IEnumerable<byte[]> Samples => [.. AllOf(
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJhIiwiZXhwIjoyMDAwMDAwMDAwfQ.c2lnbmF0dXJl", "e30.e30.", "eyJhbGciOiJFUzI1NiIsImtpZCI6IngifQ.eyJpc3MiOjF9.AAAA",
        "{\"alg\":\"HS256\",\"iss\":\"\\ud83d\\ude00\",\"a\\u0041\":[1,null,true]}", "{\"alg\":\"HS256\"}")];

    protected override void Run(byte[] input)
    {
        Check(Encoding.Latin1.GetString(input));

        // And well-formed outside, damaged inside.
        Check($"{Base64Url.EncodeToString(input)}.e30.AAAA");
        Check($"eyJhbGciOiJIUzI1NiJ9.{Base64Url.EncodeToString(input)}.AAAA");
    }

    private static void Check(string token)
    {
        if (JsonWebToken.Parse(token, out var problem) is not { } parsed)
        {
            problem.ShouldNotBeNullOrEmpty();
            return;
        }

        foreach (var member in parsed.Header.EnumerateObject().Concat(parsed.Claims.EnumerateObject()))
        {
            member.Name.ShouldNotBeNull();
            if (member.Value.ValueKind == JsonValueKind.String) member.Value.GetString().ShouldNotBeNull();
        }
    }
}
