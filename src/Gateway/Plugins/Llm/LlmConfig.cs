using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;

namespace Sluice.Gateway.Plugins.Llm;

/// <summary>Which model is asked, where and as whom.</summary>
internal record LlmConfig : IChecked
{
    /// <summary>What is asked for; <c>preserve</c> passes requests and answers on unchanged.</summary>
    [Required, OneOf("llm/v1/chat", "llm/v1/completions", "preserve")]
    public string RouteType { get; init; } = "";

    public LlmAuthConfig? Auth { get; init; }

    [Required]
    public LlmModelConfig Model { get; init; } = new();

    public LlmLoggingConfig Logging { get; init; } = new();

    public virtual void Check(Action<string, string> report)
    {
        var options = Model.Options;
        Both("auth.header_name", Auth?.HeaderName, "auth.header_value", Auth?.HeaderValue);
        if (Auth is not null && new[] { Auth.ParamName, Auth.ParamValue, Auth.ParamLocation }.Count(v => v is null) is 1 or 2)
            report("", "all or none of these fields must be set: 'auth.param_name', 'auth.param_value', 'auth.param_location'");
        if (Model.Provider is "bedrock" or "gemini" && Auth?.AllowOverride == true) report("", "bedrock and gemini only support auth.allow_override = false");
        Need("llama2", options?.Llama2Format, "must set 'model.options.llama2_format' for llama2 provider");
        Need("mistral", options?.MistralFormat, "must set 'model.options.mistral_format' for mistral provider");
        Need("anthropic", options?.AnthropicVersion, "must set 'model.options.anthropic_version' for anthropic provider");
        Need("azure", options?.AzureInstance, "must set 'model.options.azure_instance' for azure provider");
        Need("azure", options?.AzureDeploymentId, "must set 'model.options.azure_deployment_id' for azure provider");
        Need("llama2", options?.UpstreamUrl, "must set 'model.options.upstream_url' for self-hosted providers/models");
        if (Logging.LogStatistics && RouteType == "llm/v1/completions" && Model.Provider == "anthropic")
            report("", "anthropic does not support statistics when route_type is llm/v1/completions");

        void Need(string provider, string? value, string message)
        {
            if (Model.Provider == provider && value is null) report("", message);
        }

        void Both(string first, string? one, string second, string? other)
        {
            if (one is null != other is null) report("", $"all or none of these fields must be set: '{first}', '{second}'");
        }
    }
}

/// <summary>What the provider is shown.</summary>
internal sealed record LlmAuthConfig
{
    /// <summary>The header field that carries the key.</summary>
    [HeaderName]
    public string? HeaderName { get; init; }

    /// <summary>Its whole value, as <c>Bearer KEY</c>.</summary>
    [Secret]
    public string? HeaderValue { get; init; }

    /// <summary>The parameter that carries the key.</summary>
    public string? ParamName { get; init; }

    [Secret]
    public string? ParamValue { get; init; }

    /// <summary>Where that parameter stands.</summary>
    [OneOf("query", "body")]
    public string? ParamLocation { get; init; }

    [NoEffect("service accounts of Google are not supported: use auth.header_name or auth.param_name")]
    public bool GcpUseServiceAccount { get; init; }

    [Secret, NoEffect("service accounts of Google are not supported: use auth.header_name or auth.param_name")]
    public string? GcpServiceAccountJson { get; init; }

    /// <summary>For bedrock; without them the environment, the container or the machine is asked.</summary>
    [Secret]
    public string? AwsAccessKeyId { get; init; }

    [Secret]
    public string? AwsSecretAccessKey { get; init; }

    /// <summary>Whether a client's own field or parameter wins.</summary>
    public bool AllowOverride { get; init; }
}

/// <summary>A model.</summary>
internal sealed record LlmModelConfig
{
    /// <summary>Whose formats are spoken.</summary>
    [Required, OneOf("openai", "azure", "anthropic", "cohere", "mistral", "llama2", "gemini", "bedrock", "huggingface")]
    public string Provider { get; init; } = "";

    /// <summary>The model's name; the request's own when absent.</summary>
    public string? Name { get; init; }

    public LlmOptionsConfig? Options { get; init; }
}

/// <summary>How a model is run. What is set here wins over the request.</summary>
internal sealed record LlmOptionsConfig
{
    /// <summary>The most tokens of an answer.</summary>
    public int? MaxTokens { get; init; } = 256;

    /// <summary>What a million tokens of the prompt cost.</summary>
    [GreaterThan(0)]
    public double? InputCost { get; init; }

    /// <summary>What a million tokens of the answer cost.</summary>
    [GreaterThan(0)]
    public double? OutputCost { get; init; }

    [Between(0, 5)]
    public double? Temperature { get; init; }

    [Between(0, 1)]
    public double? TopP { get; init; }

    [Between(0, 500)]
    public int? TopK { get; init; }

    /// <summary>The version of Anthropic's API.</summary>
    public string? AnthropicVersion { get; init; }

    /// <summary>The instance at Azure.</summary>
    public string? AzureInstance { get; init; }

    /// <summary>The version of Azure's API.</summary>
    public string AzureApiVersion { get; init; } = "2023-05-15";

    /// <summary>The deployment at Azure.</summary>
    public string? AzureDeploymentId { get; init; }

    /// <summary>What a Llama 2 server speaks.</summary>
    [OneOf("raw", "openai", "ollama")]
    public string? Llama2Format { get; init; }

    /// <summary>What a Mistral server speaks.</summary>
    [OneOf("openai", "ollama")]
    public string? MistralFormat { get; init; }

    /// <summary>The whole URL that is asked, in place of the provider's.</summary>
    [EndpointUrl]
    public string? UpstreamUrl { get; init; }

    /// <summary>The path that is asked, in place of the provider's.</summary>
    public string? UpstreamPath { get; init; }

    public LlmGeminiConfig? Gemini { get; init; }

    public LlmBedrockConfig? Bedrock { get; init; }

    public LlmHuggingFaceConfig? Huggingface { get; init; }
}

/// <summary>Gemini on Google's Vertex.</summary>
internal sealed record LlmGeminiConfig : IChecked
{
    /// <summary>The host of the region.</summary>
    public string? ApiEndpoint { get; init; }

    public string? ProjectId { get; init; }

    public string? LocationId { get; init; }

    public void Check(Action<string, string> report)
    {
        if (new[] { ApiEndpoint, ProjectId, LocationId }.Count(v => v is null) is 1 or 2)
            report("", "all or none of these fields must be set: 'api_endpoint', 'project_id', 'location_id'");
    }
}

/// <summary>Bedrock at Amazon.</summary>
internal sealed record LlmBedrockConfig
{
    /// <summary>The region; AWS_REGION of the environment when absent.</summary>
    public string? AwsRegion { get; init; }
}

/// <summary>Models run by Hugging Face.</summary>
internal sealed record LlmHuggingFaceConfig
{
    /// <summary>Whether an answer may be one that was given before.</summary>
    public bool? UseCache { get; init; }

    /// <summary>Whether to wait for a model that is not loaded yet, rather than get an error.</summary>
    public bool? WaitForModel { get; init; }
}

/// <summary>What log entries tell.</summary>
internal sealed record LlmLoggingConfig
{
    /// <summary>Models and tokens.</summary>
    public bool LogStatistics { get; init; }

    /// <summary>Requests and answers.</summary>
    public bool LogPayloads { get; init; }
}
