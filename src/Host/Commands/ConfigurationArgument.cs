using System.CommandLine;

namespace Sluice.Host.Commands;

/// <summary>The files that a command looks at.</summary>
internal static class ConfigurationArgument
{
    public static Argument<string[]> Several() => new("FILE")
    {
        Description = "Configuration files (YAML or JSON) or folders of them; several are read as one.",
        Arity = ArgumentArity.OneOrMore,
    };

    public static Argument<string> One() => new("FILE") { Description = "A configuration file (YAML or JSON) or a folder of them." };
}
