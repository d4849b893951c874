namespace Sluice.Foundation.Storage;

/// <summary>One step of a component's schema.</summary>
/// <param name="Number">1 for the first; the steps of a component have no gaps.</param>
/// <param name="Name">What it does, in a few words.</param>
/// <param name="Sql">Statements for both engines, with the placeholders of the dialect: <c>{id}</c>, <c>{bytes}</c>, <c>{text}</c>. Never changed once released.</param>
public sealed record Migration(int Number, string Name, string Sql);
