using System.Text.RegularExpressions;
using Sluice.Foundation.Schema;

namespace Sluice.Gateway.Plugins.Functions;

/// <summary>Tells functions of Kong's, which are Lua, from those of Sluice.</summary>
internal static partial class LuaCode
{
    /// <summary>The plugins whose settings are code.</summary>
    public static bool IsFunctionPlugin(string plugin) => plugin is "pre-function" or "post-function";

    /// <summary>Whether some function in a plugin's <paramref name="config"/> is Lua.</summary>
    public static bool IsIn(DocumentNode? config) => config switch
    {
        MapNode map => map.Entries.Any(e => IsIn(e.Value)),
        ListNode list => list.Items.Any(IsIn),
        ScalarNode { Kind: ScalarKind.String } text => IsLua(text.Text),
        _ => false,
    };

    internal static bool IsLua(string code) => Lua().IsMatch(code);

    [GeneratedRegex(
        @"\bkong\.(request|response|service|client|log|ctx|cache|router|node|ip|table|plugin|vault|cluster|nginx)\b|\bngx\.|^\s*local\s+\w|\bfunction\s*\w*\s*\(|^\s*(else)?if\b[^;{}""]*\bthen\b|^\s*--(?![-\w])|\brequire\s*[\(""']|^\s*end\s*$|\bnil\b|~=",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex Lua();
}
