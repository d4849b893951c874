using Sluice.Gateway.Plugins.Functions;

namespace Sluice.Gateway.Plugins.PostFunction;

/// <summary>C# statements that run after the other plugins of each phase.</summary>
internal sealed record PostFunctionConfig : FunctionsConfig;
