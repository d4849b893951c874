using System.Text;
using System.Text.RegularExpressions;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.Functions;

/// <summary>What functions may call without naming anything.</summary>
public static class FunctionAnswers
{
    /// <summary>Answers in the upstream's place: <c>return Exit(403, "no")</c>.</summary>
    /// <param name="status">200 to 599.</param>
    /// <param name="body">The body; empty for none.</param>
    /// <param name="contentType">Its type.</param>
    public static Answer Exit(int status, string body = "", string contentType = "text/plain; charset=utf-8") => new()
    {
        Status = status is >= 200 and <= 599 ? status : throw new ArgumentOutOfRangeException(nameof(status), status, "a status is 200 to 599"),
        Body = Encoding.UTF8.GetBytes(body),
        ContentType = body.Length > 0 ? contentType : null,
    };

    /// <summary>Whether <paramref name="text"/> matches a regular expression, found in time that grows with the text only.</summary>
    public static bool Matches(string? text, string pattern) => text is not null && Regex.IsMatch(text, pattern, RegexOptions.NonBacktracking, TimeSpan.FromSeconds(1));
}
