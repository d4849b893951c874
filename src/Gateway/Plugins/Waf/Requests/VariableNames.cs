using System.Collections.Frozen;

namespace Sluice.Gateway.Plugins.Waf.Requests;

/// <summary>The variables that rules may look at.</summary>
internal static class VariableNames
{
    public static readonly FrozenSet<string> Supported = FrozenSet.ToFrozenSet(
    [
        "ARGS", "ARGS_NAMES", "ARGS_GET", "ARGS_GET_NAMES", "ARGS_POST", "ARGS_POST_NAMES", "ARGS_COMBINED_SIZE", "FILES", "FILES_NAMES", "FILES_SIZES",
        "FILES_COMBINED_SIZE", "MULTIPART_PART_HEADERS", "MULTIPART_STRICT_ERROR", "REQUEST_HEADERS", "REQUEST_HEADERS_NAMES", "REQUEST_COOKIES",
        "REQUEST_COOKIES_NAMES", "REQUEST_URI", "REQUEST_URI_RAW", "REQUEST_FILENAME", "REQUEST_BASENAME", "REQUEST_LINE", "REQUEST_METHOD",
        "REQUEST_PROTOCOL", "REQUEST_BODY", "REQUEST_BODY_LENGTH", "QUERY_STRING", "REMOTE_ADDR", "REMOTE_PORT", "SERVER_NAME", "SERVER_PORT", "TX", "IP", "GLOBAL", "SESSION", "USER", "RESOURCE",
        "MATCHED_VAR", "MATCHED_VAR_NAME", "MATCHED_VARS", "MATCHED_VARS_NAMES", "XML", "REQBODY_PROCESSOR", "REQBODY_ERROR", "REQBODY_ERROR_MSG", "UNIQUE_ID", "DURATION",
    ],
        StringComparer.Ordinal);
}

/// <summary>A value that rules look at.</summary>
/// <param name="Collection">The variable.</param>
/// <param name="Key">The member of it, or empty.</param>
/// <param name="Text">The value; one char is one byte.</param>
internal readonly record struct RequestValue(string Collection, string Key, string Text)
{
    /// <summary>As logs and <c>MATCHED_VAR_NAME</c> have it.</summary>
    public string Name => Key.Length == 0 ? Collection : $"{Collection}:{Key}";
}
