using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.Llm;

/// <summary>Passes a model's answer on piece by piece, as server-sent events in OpenAI's format.</summary>
internal sealed class LlmStreamRelay(LlmDriver driver, LlmCall call, string routeType)
{
    /// <summary>What log entries may hold of an answer.</summary>
    private const int MaxSaid = 1024 * 1024;

    private readonly LlmStreamReader reader = new(driver.StreamFormat);
    private readonly StringBuilder said = new();

    /// <summary>What the provider told of tokens.</summary>
    public JsonObject? Usage { get; private set; }

    /// <summary>The text of the answer.</summary>
    public string Said => said.ToString();

    /// <summary>Characters of the answer, of which <see cref="Said"/> may hold fewer.</summary>
    public int SaidLength { get; private set; }

    public async Task RelayAsync(Exchange exchange, HttpResponseMessage response, TimeSpan silence)
    {
        var writer = exchange.Response.BodyWriter;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(exchange.Http.RequestAborted);
        await using var body = await response.Content.ReadAsStreamAsync(patience.Token);
        var buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        var done = false;
        try
        {
            while (!done)
            {
                patience.CancelAfter(silence);
                var received = await body.ReadAsync(buffer, patience.Token);
                if (received == 0 || routeType == "preserve")
                {
                    if (received == 0) break;
                    Write(exchange, writer, buffer.AsSpan(0, received));
                }
                else
                {
                    foreach (var raw in reader.Add(buffer.AsSpan(0, received))) done |= Pass(exchange, writer, raw);
                }

                if ((await writer.FlushAsync(patience.Token)).IsCompleted) return;
            }

            if (routeType != "preserve") Write(exchange, writer, "data: [DONE]\n\n"u8);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException or InvalidDataException or JsonException)
        {
            // The head has been sent: that the rest is missing can only be shown by breaking off.
            exchange.Http.Abort();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private bool Pass(Exchange exchange, IBufferWriter<byte> writer, LlmRawEvent raw)
    {
        var passed = driver.FromEvent(raw, call.Name, routeType);
        if (passed.Usage is { } told) Add(told);
        if (passed.Data is not { } data) return passed.Done;
        if (LlmClient.Parse(Encoding.UTF8.GetBytes(data)) is { } json && json["choices"] is JsonArray choices)
        {
            // Clients that did not ask for usage need not expect an event without choices.
            if (choices.Count == 0 && passed.Usage is not null && !call.WantsUsage) return passed.Done;
            if (choices.FirstOrDefault() is { } choice && (choice["delta"]?["content"] ?? choice["text"]) is JsonValue text && text.TryGetValue<string>(out var words))
            {
                SaidLength += words.Length;
                if (said.Length < MaxSaid) said.Append(words);
            }
        }

        Write(exchange, writer, Encoding.UTF8.GetBytes($"data: {data}\n\n"));
        return passed.Done;
    }

    /// <summary>Providers that tell more than once tell how many it has been so far.</summary>
    private void Add(JsonObject told)
    {
        Usage ??= new JsonObject { ["prompt_tokens"] = 0L, ["completion_tokens"] = 0L };
        foreach (var part in (string[])["prompt_tokens", "completion_tokens"])
            if (told[part] is JsonValue value && value.TryGetValue<long>(out var count)) Usage[part] = Math.Max(Usage[part]!.GetValue<long>(), count);
    }

    private static void Write(Exchange exchange, IBufferWriter<byte> writer, ReadOnlySpan<byte> bytes)
    {
        writer.Write(bytes);
        exchange.Timings.ResponseBytes += bytes.Length;
    }
}
