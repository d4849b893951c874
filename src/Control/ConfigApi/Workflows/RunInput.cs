using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Sluice.Workflows.Data;

namespace Sluice.Control.ConfigApi.Workflows;

/// <summary>The body of a request to run a workflow.</summary>
internal sealed record RunBody
{
    /// <summary>What the first node gives: an object, or a list of objects, one for each item. One empty item unless it is given.</summary>
    public JsonNode? Input { get; init; }

    /// <summary>The node to begin with; the manual trigger, or else the first trigger, unless it is given.</summary>
    public string? Trigger { get; init; }

    /// <summary>Pinned data stands in for what nodes would give.</summary>
    public bool Pinned { get; init; }

    /// <summary>Answer when the run has ended or waits, with all of it.</summary>
    public bool Wait { get; init; }
}

/// <summary>The body of a request for a webhook in test mode.</summary>
internal sealed record TestBody
{
    /// <summary>The webhook node; the first unless it is given.</summary>
    public string? Trigger { get; init; }
}

/// <summary>What a run is started with, as a body says it. Its items are data of workflows and read as such.</summary>
internal sealed record RunInput(IReadOnlyList<Item> Items, string? Trigger, bool Pinned, bool Wait)
{
    private static readonly string[] Fields = ["input", "trigger", "pinned", "wait"];

    /// <summary>Null when the body is none; the refusal has been answered then.</summary>
    public static async Task<RunInput?> ReadAsync(HttpContext http, int most)
    {
        var (content, refusal) = await RequestBody.ReadBytesAsync(http, most);
        if (content is null)
        {
            await Envelope.RefuseAsync(http, refusal!.Value.Status, refusal.Value.Error);
            return null;
        }

        JsObject? body = null;
        try
        {
            body = JsJson.Parse(content).AsObject;
        }
        catch (JsonException)
        {
            // Refused below.
        }

        if (body is null) return await RefuseAsync(http, "", "the body is not a JSON object");
        foreach (var (name, _) in body)
            if (!Fields.Contains(name, StringComparer.Ordinal)) return await RefuseAsync(http, name, $"unknown field; expected {string.Join(", ", Fields)}");
        if (ItemsOf(body["input"]) is not { } items) return await RefuseAsync(http, "input", "expected an object or a list of objects");
        if (body["trigger"] is { IsNullish: false, AsString: null }) return await RefuseAsync(http, "trigger", "expected the name of a node");
        foreach (var name in (string[])["pinned", "wait"])
            if (body[name] is { IsNullish: false, IsBoolean: false }) return await RefuseAsync(http, name, "expected true or false");
        return new RunInput(items, body["trigger"].AsString, body["pinned"].IsTrue, body["wait"].IsTrue);
    }

    /// <summary>The items of an object or a list of objects; null for anything else.</summary>
    public static IReadOnlyList<Item>? ItemsOf(JsValue input) => input switch
    {
        { IsNullish: true } => [new Item(new JsObject())],
        { AsObject: { } one } => [new Item(one)],
        { AsArray: { } list } when list.All(v => v.AsObject is not null) => [.. list.Select(v => new Item(v.AsObject!))],
        _ => null,
    };

    private static async Task<RunInput?> RefuseAsync(HttpContext http, string field, string message)
    {
        await Envelope.RefuseAsync(http, StatusCodes.Status400BadRequest, new ApiError("VALIDATION_FAILED", field.Length > 0 ? $"{field}: {message}" : message, field.Length > 0 ? field : null));
        return null;
    }
}
