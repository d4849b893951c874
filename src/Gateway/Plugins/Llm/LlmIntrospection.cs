using System.Text.RegularExpressions;

namespace Sluice.Gateway.Plugins.Llm;

/// <summary>Has a model look at bodies, and takes what is wanted of its answers.</summary>
internal sealed class LlmIntrospection
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly LlmClient client;
    private readonly string prompt;
    private readonly Regex? pattern;
    private readonly string? broken;

    /// <param name="client">The model.</param>
    /// <param name="prompt">What it is told to do.</param>
    /// <param name="pattern">What of its answer is taken; null for all of it.</param>
    public LlmIntrospection(LlmClient client, string prompt, string? pattern)
    {
        this.client = client;
        this.prompt = prompt;
        try
        {
            if (pattern is not null) this.pattern = new Regex(pattern, RegexOptions.IgnoreCase | RegexOptions.Multiline | RegexOptions.CultureInvariant, Patience);
        }
        catch (ArgumentException e)
        {
            broken = e.Message;
        }
    }

    /// <summary>What the model makes of <paramref name="body"/>, or why that failed.</summary>
    public async Task<(string? Text, string? Failure)> AskAsync(string body, CancellationToken cancel)
    {
        if (broken is not null) return (null, $"failed regex matching ai response: {broken}");
        var (text, failure) = await client.IntrospectAsync(prompt, body, cancel);
        if (text is null || pattern is null) return (text, failure);
        try
        {
            return pattern.Match(text) is { Success: true } match ? (match.Value, null) : (null, "AI response did not match specified regular expression");
        }
        catch (RegexMatchTimeoutException)
        {
            return (null, "failed regex matching ai response: it takes too long");
        }
    }
}
