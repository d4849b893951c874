using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Connectors;

namespace Sluice.Workflows.Nodes.OpenAi;

/// <summary>Asks a language model, at OpenAI or a service with the same API.</summary>
internal sealed class OpenAiNode(OpenAiParameters parameters, NodeSetup setup) : ConnectorNode<OpenAiParameters>(Api, parameters, setup)
{
    private static readonly ConnectorApi<OpenAiParameters> Api = new("OpenAI", "https://api.openai.com/v1", "openai")
    {
        ["text"] = new("message")
        {
            ["message"] = static (p, call) => Chat(p, call),
            ["classify"] = static (p, call) => call.Post($"/moderations").Body("input", call.Need(p.Input, "input")).Items("results"),
            ["embed"] = static (p, call) => call.Post($"/embeddings").Body("model", call.Need(p.ModelId, "modelId")).Body("input", call.Need(p.Input, "input")).Items("data"),
        },
        ["chat"] = new("complete")
        {
            ["complete"] = static (p, call) => Chat(p, call),
        },
        ["model"] = new("getAll")
        {
            ["getAll"] = static (p, call) => call.Get($"/models").Items("data").Pages(p, Pagings.None, null, 1000),
        },
    };

    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<OpenAiNode, OpenAiParameters>((p, s) => new(p, s))
    {
        Type = "openai",
        Summary = "Asks a language model, at OpenAI or a service with the same API.",
        Category = NodeCategory.Connector,
        Aliases = [new("@n8n/n8n-nodes-langchain.openAi", 1, 1.8), new("n8n-nodes-base.openAi", 1, 1.1)],
        Lacks = "images, audio, files, assistants, and tools that are attached",
        Connector = Api.Facts,
    };

    private static void Chat(OpenAiParameters p, ApiRequest call)
    {
        call.Post($"/chat/completions").Body("model", call.Need(p.ModelId, "modelId")).Body("messages", Messages(p, call));
        var options = p.Options;
        call.Body("max_tokens", options.MaxTokens).Body("temperature", options.Temperature).Body("top_p", options.TopP).Body("n", options.N)
            .Body("frequency_penalty", options.FrequencyPenalty).Body("presence_penalty", options.PresencePenalty).Body("user", options.User);
        var json = call.Is(p.JsonOutput);
        if (json) call.Body("response_format", new JsObject { ["type"] = "json_object" });
        call.BodyAll(options.Fields);
        if (p.Simplify is null || call.Is(p.Simplify)) call.Items("choices", choice => json ? Parsed(choice) : choice);
    }

    private static JsValue Messages(OpenAiParameters p, ApiRequest call)
    {
        var given = p.Messages is not null ? call.Value(p.Messages) : call.Value(p.Prompt);
        if (given.AsString is { Length: > 0 } text) return new JsArray([new JsObject { ["role"] = "user", ["content"] = text }]);
        var list = given.AsArray ?? given.AsObject?["values"].AsArray ?? given.AsObject?["messages"].AsArray;
        if (list is not { Count: > 0 } && !call.IsOpen) call.Refuse("messages", "say at least one");
        // Editors leave out what is usual.
        return new JsArray([.. (list ?? []).Select(m => m.AsObject is { } message && message["role"].IsUndefined ? new JsObject { ["role"] = "user", ["content"] = message["content"] } : m)]);
    }

    private static JsValue Parsed(JsValue choice)
    {
        if (choice.AsObject is not { } map || map["message"].AsObject is not { } message || message["content"].AsString is not { } text) return choice;
        var parsed = map.Clone();
        var own = message.Clone();
        own.Set("content", JsonParameter.Parse(text, "the model's answer"));
        parsed.Set("message", own);
        return parsed;
    }
}
