using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Configuration.Editing;

namespace Sluice.Control.KongAdmin;

/// <summary>A page of a list: <c>size</c> objects in the order of their ids, from the one that <c>offset</c> stands for.</summary>
internal static class ListPage
{
    private const int DefaultSize = 100;
    private const int MostSize = 1000;

    /// <param name="query">The query of the request: <c>size</c>, <c>offset</c>, <c>tags</c>.</param>
    /// <param name="objects">The whole list.</param>
    /// <param name="path">Where it is, for the link to the next page.</param>
    /// <param name="stored">Whether a bad offset is refused; Kong without a database gives an empty page.</param>
    /// <param name="show">An object as it is shown.</param>
    public static AdminAnswer Of(
        IQueryCollection query, IReadOnlyList<ConfigurationObject> objects, string path, bool stored, Func<ConfigurationObject, JsonNode> show)
    {
        var size = DefaultSize;
        if (query["size"] is [{ } asked, ..])
        {
            if (!double.TryParse(asked, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
                return KongErrors.InvalidSize("size must be a number");
            if (number is < 1 or > MostSize || number != Math.Floor(number))
                return KongErrors.InvalidSize($"size must be an integer between 1 and {MostSize}");
            size = (int)number;
        }
        if (!TagFilter.TryParse(query["tags"], out var filter))
            return KongErrors.InvalidTags();
        var from = Guid.Empty;
        if (query["offset"] is [{ } offset, ..] && !TryDecode(offset, out from))
            return stored ? KongErrors.InvalidOffset(offset) : Page([], null, path, query);

        var found = objects.Where(o => o.Id.CompareTo(from) >= 0 && filter.Matches(o.Tags)).OrderBy(o => o.Id).Take(size + 1).ToList();
        var next = found.Count > size ? Encode(found[size].Id) : null;
        return Page([.. found.Take(size).Select(show)], next, path, query);
    }

    private static AdminAnswer Page(JsonArray data, string? offset, string path, IQueryCollection query)
    {
        var body = new JsonObject { ["data"] = data };
        if (offset is null)
        {
            body["next"] = null;
            return new AdminAnswer(200, body);
        }
        body["offset"] = offset;
        body["next"] = $"{path}?offset={Uri.EscapeDataString(offset)}"
            + (query["tags"] is [{ } tags, ..] ? $"&tags={Uri.EscapeDataString(tags)}" : "")
            + (query["size"] is [{ } size, ..] ? $"&size={Uri.EscapeDataString(size)}" : "");
        return new AdminAnswer(200, body);
    }

    private static string Encode(Guid id) => Base64Url.EncodeToString(Encoding.ASCII.GetBytes(id.ToString("D")));

    private static bool TryDecode(string offset, out Guid id)
    {
        id = default;
        Span<byte> text = stackalloc byte[64];
        return offset.Length <= 64 && Base64Url.IsValid(offset) && Base64Url.TryDecodeFromChars(offset, text, out var written)
            && Guid.TryParseExact(Encoding.ASCII.GetString(text[..written]), "D", out id);
    }
}
