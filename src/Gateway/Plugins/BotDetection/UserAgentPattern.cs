using System.Text.RegularExpressions;

namespace Sluice.Gateway.Plugins.BotDetection;

/// <summary>A regular expression that is looked for anywhere in a <c>User-Agent</c>.</summary>
internal sealed class UserAgentPattern
{
    /// <summary>Only patterns that the linear engine cannot run (look-around, back-references) can ever take this long.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(50);

    private readonly Regex regex;

    private UserAgentPattern(Regex regex) => this.regex = regex;

    /// <param name="pattern">As written.</param>
    /// <param name="problem">Why it cannot be used; empty when it can.</param>
    public static UserAgentPattern? TryCompile(string pattern, out string problem)
    {
        problem = "";
        try
        {
            return new UserAgentPattern(Compile(pattern));
        }
        catch (ArgumentException e)
        {
            problem = e.Message;
            return null;
        }
    }

    public bool IsIn(string agent)
    {
        try
        {
            return regex.IsMatch(agent);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }

    private static Regex Compile(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, Regex.InfiniteMatchTimeout);
        }
        catch (NotSupportedException)
        {
            return new Regex(pattern, RegexOptions.CultureInvariant, Limit);
        }
    }
}
