using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;
using Sluice.Foundation.Secrets;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Configuration.Reading;

/// <summary>What reading depends on besides the files.</summary>
public sealed record ReadOptions
{
    public static ReadOptions Default { get; } = new();

    /// <summary>With <see cref="RouterFlavor.Expressions"/>, routes may carry <c>expression</c> and <c>priority</c>.</summary>
    public RouterFlavor RouterFlavor { get; init; }

    /// <summary>The value of an environment variable, null when it is not set.</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <summary>How a variable that is not set counts: a file can be checked where the secrets are not.</summary>
    public Severity UnsetVariable { get; init; } = Severity.Error;

    /// <summary>
    /// Values that hold <c>${NAME}</c> or <c>{vault://...}</c> stay as they are written and fit any type, instead of being filled in.
    /// </summary>
    internal bool KeepReferences { get; init; }

    /// <summary>Whether what is read came from files of this machine, and may name others; what comes over the network must not.</summary>
    public bool ReadsFiles { get; init; }

    /// <summary>Where secrets come from that are not in the environment.</summary>
    public SecretStore Secrets { get; init; } = SecretStore.Default;

    public ReadLimits Limits { get; init; } = ReadLimits.Default;

    /// <summary>Which plugins are built.</summary>
    public Func<string, PluginDescriptor?> Plugins { get; init; } = PluginCatalog.Find;

    /// <summary>For telling whether a CA certificate has expired.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>What came of reading.</summary>
/// <param name="Document">The configuration; null when there are errors.</param>
/// <param name="Problems">Errors and warnings, in the order of the files.</param>
/// <param name="UnsupportedPlugins">Middleware whose plugin Sluice does not have; its <see cref="PluginConfig.Config"/> is null.</param>
public sealed record ReadResult(GatewayDocument? Document, IReadOnlyList<Problem> Problems, IReadOnlyList<UnsupportedPlugin> UnsupportedPlugins);

/// <summary>Middleware whose plugin is Kong's and not built here.</summary>
/// <param name="Name">The plugin.</param>
/// <param name="Object">The middleware as a person names it.</param>
/// <param name="Place">Where it stands.</param>
/// <param name="Enterprise">Kong has it only in its paid edition.</param>
public sealed record UnsupportedPlugin(string Name, string Object, Place Place, bool Enterprise)
{
    /// <summary>Why it is not used, for the person who wrote the file.</summary>
    public string Reason => Name is "pre-function" or "post-function"
        ? $"the functions of {Name} are written in Lua, which Sluice does not run; it runs C#: write them anew (the page of {Name} shows how)"
        : $"the plugin {Name} is not built into this version of Sluice";
}
