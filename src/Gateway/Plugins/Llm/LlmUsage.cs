using System.Text.Json.Nodes;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.Llm;

/// <summary>What one answer of a model used.</summary>
/// <param name="Provider">Whose model.</param>
/// <param name="Model">Its name, as it was asked for.</param>
/// <param name="Prompt">Tokens of the prompt.</param>
/// <param name="Completion">Tokens of the answer.</param>
/// <param name="Cost">By the configured prices; 0 without them.</param>
/// <param name="Waited">From asking to the end of the answer.</param>
/// <param name="Estimated">The provider did not tell, so that the tokens follow from the length of the texts.</param>
internal sealed record LlmUsage(string Provider, string Model, long Prompt, long Completion, double Cost, TimeSpan Waited, bool Estimated)
{
    /// <summary>How many characters a token has on average in English, by OpenAI's own rule of thumb.</summary>
    private const int CharactersOfToken = 4;

    private static readonly PluginSlot<LlmUsage> Slot = new();

    public long Total => Prompt + Completion;

    /// <summary>What the exchange used; null until that is known.</summary>
    public static LlmUsage? Of(Exchange exchange) => Slot.Get(exchange);

    public static void Set(Exchange exchange, LlmUsage used) => Slot.Set(exchange, used);

    /// <param name="config">The model, with its prices.</param>
    /// <param name="model">Its name.</param>
    /// <param name="told">What the provider says, in OpenAI's form; null when it says nothing.</param>
    /// <param name="promptLength">Characters of the prompt.</param>
    /// <param name="saidLength">Characters of the answer.</param>
    /// <param name="waited">How long it took.</param>
    public static LlmUsage From(LlmConfig config, string model, JsonObject? told, int promptLength, int saidLength, TimeSpan waited)
    {
        var (prompt, completion) = (Count(told, "prompt_tokens"), Count(told, "completion_tokens"));
        var estimated = prompt == 0 && completion == 0;
        if (estimated) (prompt, completion) = (Tokens(promptLength), Tokens(saidLength));
        var cost = config.Model.Options is { InputCost: { } input, OutputCost: { } output } ? ((prompt * input) + (completion * output)) / 1_000_000 : 0;
        return new(config.Model.Provider, model, prompt, completion, cost, waited, estimated);

        static long Tokens(int length) => (length + CharactersOfToken - 1) / CharactersOfToken;
    }

    /// <summary>Characters of all texts of a request.</summary>
    public static int LengthOf(JsonObject request)
    {
        if (request["messages"] is not JsonArray messages) return TextLength(request["prompt"]);
        return messages.Sum(m => m is JsonObject message ? TextLength(message["content"]) : 0);
    }

    /// <summary>Characters of all texts of an answer in OpenAI's form.</summary>
    public static int LengthOfAnswer(JsonObject answer) =>
        (answer["choices"] as JsonArray ?? []).Sum(c => c is JsonObject choice ? TextLength(choice["text"]) + TextLength((choice["message"] as JsonObject)?["content"]) : 0);

    private static int TextLength(JsonNode? node) => node switch
    {
        JsonValue value when value.TryGetValue<string>(out var text) => text.Length,
        JsonArray parts => parts.Sum(p => p is JsonObject part ? TextLength(part["text"]) : TextLength(p)),
        _ => 0,
    };

    private static long Count(JsonObject? told, string name) => told?[name] is JsonValue value && value.TryGetValue<long>(out var count) ? Math.Max(0, count) : 0;
}
