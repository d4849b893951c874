using Sluice.Gateway.Plugins.Functions;

namespace Sluice.Gateway.Plugins.PreFunction;

/// <summary>C# statements that run before the other plugins of each phase.</summary>
internal sealed record PreFunctionConfig : FunctionsConfig;
