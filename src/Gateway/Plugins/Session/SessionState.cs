using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace Sluice.Gateway.Plugins.Session;

/// <summary>One session. Times are seconds since 1970.</summary>
/// <param name="Id">32 random bytes in base64url; a new one each time the session is renewed.</param>
/// <param name="Audience">What it is for.</param>
/// <param name="Subject">Whose it is, for people.</param>
/// <param name="Consumer">Whose it is.</param>
/// <param name="Credential">What the caller showed when it began.</param>
/// <param name="Remembered">When the caller authenticated: a session that a lasting cookie brings back keeps it.</param>
/// <param name="Created">When it began.</param>
/// <param name="Renewed">When it was last renewed.</param>
/// <param name="Touched">When it was last used, within a minute.</param>
internal sealed record SessionState(
    string Id, string Audience, string Subject, Guid Consumer, Guid Credential, long Remembered, long Created, long Renewed, long Touched)
{
    public static string NewId()
    {
        Span<byte> random = stackalloc byte[32];
        RandomNumberGenerator.Fill(random);
        return Base64Url.EncodeToString(random);
    }

    /// <summary>As the sealed cookie holds it.</summary>
    public byte[] Write()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            json.WriteStringValue(Id);
            json.WriteStringValue(Audience);
            json.WriteStringValue(Subject);
            json.WriteStringValue(Consumer);
            json.WriteStringValue(Credential);
            json.WriteNumberValue(Remembered);
            json.WriteNumberValue(Created);
            json.WriteNumberValue(Renewed);
            json.WriteNumberValue(Touched);
            json.WriteEndArray();
        }

        return buffer.ToArray();
    }

    /// <summary>Reads what <see cref="Write"/> wrote. Only bytes that the seal has vouched for get here; null for those of another version.</summary>
    public static SessionState? Read(ReadOnlyMemory<byte> written)
    {
        try
        {
            using var document = JsonDocument.Parse(written);
            var json = document.RootElement;
            if (json.GetArrayLength() != 9) return null;
            return new SessionState(
                json[0].GetString()!, json[1].GetString()!, json[2].GetString()!, json[3].GetGuid(), json[4].GetGuid(),
                json[5].GetInt64(), json[6].GetInt64(), json[7].GetInt64(), json[8].GetInt64());
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    /// <summary>What <paramref name="property"/> (as in <c>response_headers</c>) of the session is now; null when there is no such limit.</summary>
    public string? Tell(string property, SessionConfig config, long now) => property switch
    {
        "id" => Id,
        "audience" => FieldText.Of(Audience),
        "subject" => FieldText.Of(Subject),
        "idling-timeout" => Left(config.IdlingTimeout, Touched, now),
        "rolling-timeout" => Left(config.RollingTimeout, Renewed, now),
        "absolute-timeout" => Left(config.AbsoluteTimeout, Created, now),
        _ => Shortest(config, now),
    };

    private string? Shortest(SessionConfig config, long now)
    {
        var ends = new[] { (config.IdlingTimeout, Touched), (config.RollingTimeout, Renewed), (config.AbsoluteTimeout, Created) };
        return ends.Where(e => e.Item1 > 0).Select(e => ((double Limit, long Since)?)e).MinBy(e => e!.Value.Limit + e.Value.Since) is { } first
            ? Left(first.Limit, first.Since, now)
            : null;
    }

    private static string? Left(double limit, long since, long now) => limit > 0 ? (limit - (now - since)).ToString("G14", CultureInfo.InvariantCulture) : null;
}
