using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Sluice.Control.ConfigApi;

/// <summary>Which page of a list is wanted: <c>?page=2&amp;per_page=50</c>.</summary>
/// <param name="Number">1 for the first.</param>
/// <param name="Size">Elements of a page, 1 to 1000.</param>
public sealed record Paging(int Number, int Size)
{
    private const int MostPages = 1_000_000;
    private const int MostPerPage = 1000;

    /// <summary>How many elements stand before the page.</summary>
    public int Offset => (Number - 1) * Size;

    /// <summary>What the answer says of itself.</summary>
    public Page Of(long total) => new(total, Number, Size);

    /// <summary>What the query asks for, or null; the refusal has been answered then.</summary>
    public static async Task<Paging?> ReadAsync(HttpContext http)
    {
        var number = Read(http, "page", 1, MostPages);
        var size = Read(http, "per_page", 50, MostPerPage);
        if (number is { } n && size is { } s) return new Paging(n, s);
        var (field, most) = number is null ? ("page", MostPages) : ("per_page", MostPerPage);
        await Envelope.RefuseAsync(http, StatusCodes.Status400BadRequest, new ApiError("VALIDATION_FAILED", $"{field}: expected a whole number from 1 to {most}", field));
        return null;
    }

    private static int? Read(HttpContext http, string name, int fallback, int most)
    {
        if (!http.Request.Query.TryGetValue(name, out var text)) return fallback;
        return int.TryParse(text.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= 1 && value <= most ? value : null;
    }
}
