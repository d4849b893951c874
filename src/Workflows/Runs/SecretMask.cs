using System.Text;
using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Runs;

/// <summary>
/// The secrets that a run has used, and what it shows in their place: a server that repeats what it was sent must not bring them into items, histories,
/// errors or answers.
/// </summary>
internal sealed class SecretMask
{
    /// <summary>Shorter ones stand in data by chance, and keep nothing secret.</summary>
    private const int Shortest = 8;

    private readonly Lock _adding = new();
    private volatile string[] _secrets = [];

    /// <summary>Hides a value from now on.</summary>
    public void Add(string secret)
    {
        if (secret.Length < Shortest || _secrets.Contains(secret, StringComparer.Ordinal)) return;
        // The longest first: what holds a shorter one is hidden as a whole.
        lock (_adding) _secrets = [.. _secrets.Append(secret).Distinct(StringComparer.Ordinal).OrderByDescending(s => s.Length)];
    }

    /// <summary>The event as it is shown and stored; itself where it holds no secret.</summary>
    public RunEvent Apply(RunEvent happened) => _secrets.Length == 0 ? happened : happened switch
    {
        NodeFinished e => e with { Outputs = [.. e.Outputs.Select(Apply)], State = Apply(e.State), Lines = Apply(e.Lines) },
        NodeFailed e => e with { Error = Apply(e.Error), Lines = Apply(e.Lines) },
        NodeResumed { Items: { } items } e => e with { Items = Apply(items) },
        RunFailed e => e with { Error = Apply(e.Error) },
        RunCancelled e => e with { Reason = Apply(e.Reason) },
        _ => happened,
    };

    private List<string>? Apply(IReadOnlyList<string>? lines) => lines is null ? null : [.. lines.Select(Apply)];

    private RunError Apply(RunError error) => error with { Message = Apply(error.Message), Details = Apply(error.Details) };

    private IReadOnlyList<Item> Apply(IReadOnlyList<Item> items)
    {
        Item[]? masked = null;
        for (var i = 0; i < items.Count; i++)
        {
            var item = Apply(items[i]);
            if (!ReferenceEquals(item, items[i])) (masked ??= [.. items])[i] = item;
        }

        return masked ?? items;
    }

    private Item Apply(Item item)
    {
        var json = Apply((JsValue)item.Json).AsObject!;
        var binary = item.Binary is { Count: > 0 } files && files.Values.Any(f => Holds(f)) ? files.ToDictionary(f => f.Key, f => Apply(f.Value), StringComparer.Ordinal) : item.Binary;
        var error = item.Error is null ? null : Apply(item.Error);
        return ReferenceEquals(json, item.Json) && ReferenceEquals(binary, item.Binary) && ReferenceEquals(error, item.Error)
            ? item
            : new Item(json) { Binary = binary, PairedItems = item.PairedItems, Error = error };
    }

    private JsValue Apply(JsValue value)
    {
        switch (value)
        {
            case { AsString: { } text }:
                var masked = Apply(text);
                return ReferenceEquals(masked, text) ? value : masked;
            case { AsObject: { } map }:
                JsObject? copy = null;
                foreach (var (name, field) in map)
                {
                    var shown = Apply(field);
                    var shownName = Apply(name);
                    if (!ReferenceEquals(shownName, name))
                    {
                        copy ??= map.Clone();
                        copy.Remove(name);
                        copy.Set(shownName, shown);
                    }
                    else if (!shown.Is(field))
                    {
                        (copy ??= map.Clone()).Set(name, shown);
                    }
                }

                return copy is null ? value : copy;
            case { AsArray: { } list }:
                JsArray? changed = null;
                for (var i = 0; i < list.Count; i++)
                {
                    var shown = Apply(list[i]);
                    if (!shown.Is(list[i])) (changed ??= list.Clone())[i] = shown;
                }

                return changed is null ? value : changed;
            default:
                return value;
        }
    }

    private string Apply(string text)
    {
        foreach (var secret in _secrets)
            if (text.Contains(secret, StringComparison.Ordinal)) text = text.Replace(secret, RecordSecrets.Mask, StringComparison.Ordinal);
        return text;
    }

    private bool Holds(BinaryData file) => file.Content is { } content && Array.Exists(_secrets, s => content.Span.IndexOf(Encoding.UTF8.GetBytes(s)) >= 0);

    /// <summary>A file that holds a secret is text: an answer that somebody wanted as a file.</summary>
    private BinaryData Apply(BinaryData file)
    {
        if (!Holds(file)) return file;
        // Every byte is a character of its own here, so that what is no text stays as it is.
        var text = Encoding.Latin1.GetString(file.Content!.Value.Span);
        foreach (var secret in _secrets) text = text.Replace(Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(secret)), RecordSecrets.Mask, StringComparison.Ordinal);
        var content = Encoding.Latin1.GetBytes(text);
        return new BinaryData { MimeType = file.MimeType, FileName = file.FileName, FileExtension = file.FileExtension, Directory = file.Directory, Size = content.Length, Content = content };
    }
}
