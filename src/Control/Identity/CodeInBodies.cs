using System.Text.Json.Nodes;
using Sluice.Foundation.Schema;

namespace Sluice.Control.Identity;

/// <summary>
/// Whether a body has functions in it (the plugins pre-function and post-function): reading them runs a compiler on what the caller wrote, which takes the right to change
/// the configuration even where the body is only checked.
/// </summary>
internal static class CodeInBodies
{
    public const string Refusal = "checking the code of pre-function and post-function takes the right to change the configuration: an operator";

    /// <summary>Whether the caller may have it checked.</summary>
    public static bool MayCheck(Caller caller, JsonNode? body) => MayWrite(caller) || !IsIn(body);

    /// <inheritdoc cref="MayCheck(Caller, JsonNode?)"/>
    public static bool MayCheck(Caller caller, DocumentNode? body) => MayWrite(caller) || !IsIn(body);

    private static bool MayWrite(Caller caller) => caller.Role is { } role && PathPermissions.Allows(role, Need.Write);

    private static bool IsIn(JsonNode? body) => body switch
    {
        JsonObject map => map.Any(f => IsIn(f.Value)),
        JsonArray list => list.Any(IsIn),
        JsonValue value => value.TryGetValue<string>(out var text) && IsPlugin(text),
        _ => false,
    };

    private static bool IsIn(DocumentNode? body) => body switch
    {
        MapNode map => map.Entries.Any(e => IsIn(e.Value)),
        ListNode list => list.Items.Any(IsIn),
        ScalarNode { Kind: ScalarKind.String } text => IsPlugin(text.Text),
        _ => false,
    };

    private static bool IsPlugin(string name) => name is "pre-function" or "post-function";
}
