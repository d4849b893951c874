using System.Text;
using System.Text.Json;
using Microsoft.Net.Http.Headers;
using Sluice.Gateway.Plugins.Bodies;

namespace Sluice.Gateway.Plugins.Authentication;

/// <summary>The named values of a request body: a urlencoded form, a multipart form, or the members of a JSON object.</summary>
internal abstract class BodyArguments
{
    private static readonly BodyArguments None = new Nothing();

    /// <summary>The values of <paramref name="name"/>.</summary>
    public abstract ArgumentValues Find(string name);

    /// <summary>Whether something stands under <paramref name="name"/>, of whatever type; JSON's <c>false</c> and <c>null</c> are nothing.</summary>
    public virtual bool Has(string name) => Find(name).Count > 0;

    /// <summary>The body without the values of <paramref name="name"/>; null when it would stay as it is.</summary>
    public abstract byte[]? Remove(string name);

    /// <param name="contentType">The request's Content-Type.</param>
    /// <param name="body">The whole body; null when it was too large to be read.</param>
    public static BodyArguments From(string? contentType, byte[]? body)
    {
        if (body is not { Length: > 0 } || !MediaTypeHeaderValue.TryParse(contentType, out var type)) return None;
        if (type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)) return new Form(body);
        if (type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
            return MultipartForm.Read(body, contentType!) is { } form ? new Multipart(form) : None;
        return type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) ? JsonObject.Read(body) ?? None : None;
    }

    private sealed class Nothing : BodyArguments
    {
        public override ArgumentValues Find(string name) => default;

        public override byte[]? Remove(string name) => null;
    }

    private sealed class Form(byte[] body) : BodyArguments
    {
        private readonly string text = Encoding.UTF8.GetString(body);

        public override ArgumentValues Find(string name) => QueryArguments.Find(text, name);

        public override byte[]? Remove(string name)
        {
            var rest = QueryArguments.Remove(text, name);
            return rest.Length == text.Length ? null : Encoding.UTF8.GetBytes(rest);
        }
    }

    private sealed class Multipart(MultipartForm form) : BodyArguments
    {
        public override ArgumentValues Find(string name)
        {
            var found = default(ArgumentValues);
            foreach (var value in form.Find(name))
                if (found.Count++ == 0)
                    found.First = value;
            return found;
        }

        public override byte[]? Remove(string name) => form.Remove(name) ? form.Write() : null;
    }

    private sealed class JsonObject(JsonElement root) : BodyArguments
    {
        public static BodyArguments? Read(byte[] body)
        {
            try
            {
                var root = JsonSerializer.Deserialize<JsonElement>(body);
                return root.ValueKind == JsonValueKind.Object ? new JsonObject(root) : null;
            }
            catch (JsonException)
            {
                return null;
            }
        }

        public override bool Has(string name) => root.TryGetProperty(name, out var value) && value.ValueKind is not (JsonValueKind.False or JsonValueKind.Null);

        /// <summary>A string is a value; arrays and objects count as several, as in Kong; numbers and the rest as none.</summary>
        public override ArgumentValues Find(string name)
        {
            if (!root.TryGetProperty(name, out var value)) return default;
            return value.ValueKind switch
            {
                JsonValueKind.String => new ArgumentValues { Count = 1, First = value.GetString() },
                JsonValueKind.Array or JsonValueKind.Object => new ArgumentValues { Count = 2 },
                _ => default,
            };
        }

        public override byte[]? Remove(string name)
        {
            if (!root.TryGetProperty(name, out _)) return null;
            using var rest = new MemoryStream();
            using (var writer = new Utf8JsonWriter(rest))
            {
                writer.WriteStartObject();
                foreach (var member in root.EnumerateObject())
                    if (!member.NameEquals(name))
                        member.WriteTo(writer);
                writer.WriteEndObject();
            }

            return rest.ToArray();
        }
    }
}
