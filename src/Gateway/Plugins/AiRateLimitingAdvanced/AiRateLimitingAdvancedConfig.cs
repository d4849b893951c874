using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;
using Sluice.Gateway.Plugins.RateLimitingAdvanced;
using Sluice.Gateway.Redis;

namespace Sluice.Gateway.Plugins.AiRateLimitingAdvanced;

/// <summary>How many tokens of each provider a caller may use.</summary>
internal sealed record AiRateLimitingAdvancedConfig : IChecked
{
    private const string OwnMemory = "counts are kept in this process's memory, which has a budget of its own";

    /// <summary>The limits, by provider.</summary>
    [Required, Length(1, 100)]
    public IReadOnlyList<AiLimitConfig> LlmProviders { get; init; } = [];

    /// <summary>What counts: tokens, or what they cost by the model's <c>input_cost</c> and <c>output_cost</c>.</summary>
    [OneOf("total_tokens", "prompt_tokens", "completion_tokens", "cost")]
    public string TokensCountStrategy { get; init; } = "total_tokens";

    /// <summary><c>fixed</c> windows begin at nothing; a <c>sliding</c> one also counts the part of the window before that it still covers.</summary>
    [OneOf("fixed", "sliding")]
    public string WindowType { get; init; } = "sliding";

    /// <summary>Whose tokens are counted together. Where a request has no such thing, its client address stands in.</summary>
    [OneOf("ip", "credential", "consumer", "service", "header", "path", "consumer-group")]
    public string Identifier { get; init; } = "consumer";

    /// <summary>The field whose value is the caller, with identifier <c>header</c>.</summary>
    [Pattern("[A-Za-z0-9_-]+", "a header name of A-Z, a-z, 0-9, _ and -")]
    public string? HeaderName { get; init; }

    /// <summary>The path whose requests are counted together, with identifier <c>path</c>.</summary>
    [Path]
    public string? Path { get; init; }

    /// <summary>Where the counts are kept: <c>local</c> in this process, <c>redis</c> for all nodes that use the same server.</summary>
    [OneOf("cluster", "redis", "local"), NoKongDatabase]
    public string Strategy { get; init; } = "local";

    /// <summary>The server of <c>strategy: redis</c>.</summary>
    public AdvancedRedisConfig? Redis { get; init; }

    /// <summary>Middleware that names the same namespace and the same windows counts together; by itself when absent.</summary>
    public string? Namespace { get; init; }

    [NoEffect("with strategy redis the server is asked for each request, so that counts are exact")]
    public double? SyncRate { get; init; }

    [NoEffect(OwnMemory)]
    public string DictionaryName { get; init; } = "kong_rate_limiting_counters";

    /// <summary>Whether the limits and what is left of them are kept from clients.</summary>
    public bool HideClientHeaders { get; init; }

    /// <summary>At most so many seconds are added at random to <c>Retry-After</c>, so that clients do not all come back at once.</summary>
    [Between(0, 86400)]
    public double RetryAfterJitterMax { get; init; }

    /// <summary>The status of refusals.</summary>
    [Between(100, 599)]
    public int ErrorCode { get; init; } = 429;

    /// <summary>The message of refusals; the providers follow.</summary>
    public string ErrorMessage { get; init; } = "AI token rate limit exceeded for provider(s): ";

    /// <summary>Whether the message leaves the providers out.</summary>
    public bool ErrorHideProviders { get; init; }

    [NoEffect("tokens are counted when they have been used; requests that are refused use none")]
    public bool DisablePenalty { get; init; }

    [NoEffect("no Lua runs here: tokens are those that the provider tells")]
    public string? RequestPromptCountFunction { get; init; }

    public void Check(Action<string, string> report)
    {
        foreach (var twice in LlmProviders.GroupBy(p => p.Name).Where(g => g.Count() > 1)) report("llm_providers", $"'{twice.Key}' is listed twice");
        if (Identifier == "header" && HeaderName is null) report("header_name", "required field missing: the identifier is header");
        if (Identifier == "path" && Path is null) report("path", "required field missing: the identifier is path");
        if (Strategy is "redis" && Redis?.Host is null) report("redis.host", "required field missing: strategy is redis");
    }
}

/// <summary>The limits of one provider.</summary>
internal sealed record AiLimitConfig : IChecked
{
    [Required, OneOf("openai", "azure", "anthropic", "cohere", "mistral", "llama2", "gemini", "bedrock", "huggingface")]
    public string Name { get; init; } = "";

    /// <summary>Tokens (or cost) per window, in the order of <see cref="WindowSize"/>.</summary>
    [Required, GreaterThan(0), Length(1, 8)]
    public IReadOnlyList<double> Limit { get; init; } = [];

    /// <summary>Seconds that each window lasts.</summary>
    [Required, Between(0.001, 31_622_400), Length(1, 8)]
    public IReadOnlyList<double> WindowSize { get; init; } = [];

    public void Check(Action<string, string> report)
    {
        if (Limit.Count != WindowSize.Count) report("", "You must provide the same number of windows and limits");
    }
}
