using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Connectors;

namespace Sluice.Workflows.Nodes.OpenAi;

/// <summary>What is done at OpenAI or a service with the same API.</summary>
[CamelCase]
internal sealed record OpenAiParameters : ConnectorParameters
{
    /// <summary>The model.</summary>
    [Alias("model")]
    [Alias("chatModel")]
    public Parameter<string> ModelId { get; init; } = "";

    /// <summary>The messages of a chat: <c>{"values": [{"role": "user", "content": "..."}]}</c>, or a list.</summary>
    public Parameter<JsValue>? Messages { get; init; }

    /// <summary>The same, as the older node calls it; text for one message of a user.</summary>
    public Parameter<JsValue>? Prompt { get; init; }

    /// <summary>The text that is judged or made a vector.</summary>
    public Parameter<string> Input { get; init; } = "";

    /// <summary>Whether only the answer comes out, and not what it cost.</summary>
    [Alias("simplifyOutput")]
    public Parameter<bool>? Simplify { get; init; }

    /// <summary>Whether the answer has to be JSON; it is parsed then.</summary>
    public Parameter<bool>? JsonOutput { get; init; }

    /// <summary>More about the answer.</summary>
    public OpenAiOptions Options { get; init; } = new();
}

/// <summary>More about the answer.</summary>
[CamelCase]
internal sealed record OpenAiOptions
{
    /// <summary>How many tokens the answer may have.</summary>
    [Between(1, 1_000_000)]
    public Parameter<double>? MaxTokens { get; init; }

    /// <summary>How much chance there is in it.</summary>
    [Between(0, 2)]
    public Parameter<double>? Temperature { get; init; }

    /// <summary>How unlikely a word may be.</summary>
    [Between(0, 1)]
    public Parameter<double>? TopP { get; init; }

    /// <summary>How many answers are wanted.</summary>
    [Between(1, 128)]
    public Parameter<double>? N { get; init; }

    /// <summary>How much repeated words are avoided.</summary>
    [Between(-2, 2)]
    [Alias("frequency_penalty")]
    public Parameter<double>? FrequencyPenalty { get; init; }

    /// <summary>How much words that were there are avoided.</summary>
    [Between(-2, 2)]
    [Alias("presence_penalty")]
    public Parameter<double>? PresencePenalty { get; init; }

    /// <summary>Whom it is for, for the service.</summary>
    public Parameter<string>? User { get; init; }

    /// <summary>More fields of the request: <c>{"seed": 7}</c>.</summary>
    public Parameter<JsValue>? Fields { get; init; }
}
