using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Sluice.Control.Releases;

namespace Sluice.Control.KongAdmin;

/// <summary>Who changes the configuration by Kong's Admin API, and on which release.</summary>
internal static class AdminChange
{
    /// <summary>What no release is numbered.</summary>
    private const long None = -1;

    public static ChangeRequest Of(HttpContext http, string note) => new(http.User.Identity?.Name ?? "admin", note, ExpectedBy(http.Request.Headers.IfMatch.ToString()));

    /// <summary>Kong knows no <c>If-Match</c>; whoever sends one does not want to overwrite: <c>"7"</c> is a release, anything else is not the current one.</summary>
    private static long? ExpectedBy(string header) =>
        header is "" or "*" ? null
        : EntityTagHeaderValue.TryParse(header, out var tag) && long.TryParse(tag.Tag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : None;
}
