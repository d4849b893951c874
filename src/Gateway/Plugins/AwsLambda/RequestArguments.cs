using System.Text;
using System.Text.Json;
using Sluice.Gateway.Plugins.Bodies;
using Sluice.Gateway.Plugins.Transforming;

namespace Sluice.Gateway.Plugins.AwsLambda;

/// <summary>A request body taken apart: JSON, or a form.</summary>
internal sealed class RequestArguments
{
    private readonly JsonElement root;

    private RequestArguments(JsonElement root) => this.root = root;

    /// <summary>Null for a body of another type or one that cannot be read.</summary>
    public static RequestArguments? Read(string contentType, byte[]? body)
    {
        if (body is null) return null;
        try
        {
            if (contentType.Contains("application/json", StringComparison.OrdinalIgnoreCase))
                return new(JsonSerializer.Deserialize<JsonElement>(body));
            if (contentType.Contains("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)) return new(Form(body));
            return contentType.Contains("multipart/form-data", StringComparison.OrdinalIgnoreCase) && MultipartForm.Read(body, contentType) is { } form
                ? new(JsonSerializer.SerializeToElement(form.Names.ToDictionary(n => n, n => form.Find(n).FirstOrDefault())))
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public void Write(Utf8JsonWriter json) => root.WriteTo(json);

    /// <summary>The members of an object; empty for any other JSON.</summary>
    public Dictionary<string, JsonElement> Members()
    {
        var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        if (root.ValueKind == JsonValueKind.Object)
            foreach (var member in root.EnumerateObject()) members[member.Name] = member.Value;
        return members;
    }

    private static JsonElement Form(byte[] body)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            foreach (var (name, values) in Arguments.Parse(Encoding.UTF8.GetString(body)).All) LambdaPayload.WriteValues(json, name, values);
            json.WriteEndObject();
        }

        return JsonSerializer.Deserialize<JsonElement>(bytes.ToArray());
    }
}
