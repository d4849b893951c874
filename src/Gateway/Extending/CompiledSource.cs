using Sluice.Foundation.Errors;

namespace Sluice.Gateway.Extending;

/// <summary>C# that was compiled, or why it could not be.</summary>
/// <param name="Assembly">The assembly; null when there are problems.</param>
/// <param name="Symbols">Its lines, for stack traces; null when there are problems.</param>
/// <param name="Documentation">The XML of its doc comments; null when there are problems.</param>
/// <param name="Problems">Errors of the compiler, with file, line and column.</param>
internal sealed record CompiledSource(byte[]? Assembly, byte[]? Symbols, byte[]? Documentation, IReadOnlyList<Problem> Problems);
