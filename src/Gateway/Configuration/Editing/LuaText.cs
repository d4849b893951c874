using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sluice.Gateway.Configuration.Editing;

/// <summary>Values the way Kong's error messages show them: <c>{name="x",service={id="..."}}</c>.</summary>
internal static class LuaText
{
    public static string Of(JsonNode? value)
    {
        var text = new StringBuilder();
        Append(text, value);
        return text.ToString();
    }

    private static void Append(StringBuilder text, JsonNode? value)
    {
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case JsonObject map:
                text.Append('{');
                var first = true;
                foreach (var (name, part) in map)
                {
                    text.Append(first ? "" : ",").Append(name).Append('=');
                    Append(text, part);
                    first = false;
                }
                text.Append('}');
                break;
            case JsonArray list:
                text.Append('{');
                for (var i = 0; i < list.Count; i++)
                {
                    text.Append(i > 0 ? "," : "");
                    Append(text, list[i]);
                }
                text.Append('}');
                break;
            default:
                text.Append(value.GetValueKind() == JsonValueKind.String ? $"\"{(string?)value}\"" : value.ToJsonString());
                break;
        }
    }
}
