namespace Sluice.Workflows.Data;

/// <summary>One item of the data that travels between nodes.</summary>
/// <param name="json">Its data. Whoever got an item from another node does not change it: it may be on its way to several nodes.</param>
public sealed class Item(JsObject json)
{
    public JsObject Json { get; } = json;

    /// <summary>Its files by the name of the field; null when it has none.</summary>
    public IReadOnlyDictionary<string, BinaryData>? Binary { get; init; }

    /// <summary>The items it was made from; empty when that is not known.</summary>
    public IReadOnlyList<PairedItem> PairedItems { get; init; } = [];

    /// <summary>What went wrong with it when its node goes on after failures; null when nothing did.</summary>
    public string? Error { get; init; }
}
