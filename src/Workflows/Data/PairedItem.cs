namespace Sluice.Workflows.Data;

/// <summary>Says from which item of the node before another item was made.</summary>
/// <param name="Item">Its index in the input.</param>
/// <param name="Input">Which input of the node it came in by.</param>
/// <param name="Run">In which execution of the node it came in; null for the one that gave the other item. Loops give items that came in long before.</param>
public readonly record struct PairedItem(int Item, int Input = 0, int? Run = null);
