using System.Reflection;

namespace Sluice.Host;

internal static class SluiceVersion
{
    /// <summary>As in Directory.Build.props: <c>0.1.0</c>.</summary>
    public static string Current { get; } =
        typeof(SluiceVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";
}
