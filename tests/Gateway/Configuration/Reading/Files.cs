using System.Text;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Gateway.Tests.Configuration.Reading;

/// <summary>Reads configurations that tests write in place.</summary>
internal static class Files
{
    public static ReadResult Read(string yaml, ReadOptions? options = null) =>
        DocumentReader.Read([new ConfigurationSource("kong.yml", Encoding.UTF8.GetBytes(yaml))], options ?? NoEnvironment);

    public static ReadOptions NoEnvironment { get; } = new() { Environment = _ => null };

    public static ReadOptions With(params (string Name, string Value)[] variables) =>
        new() { Environment = name => variables.FirstOrDefault(v => string.Equals(v.Name, name, StringComparison.Ordinal)).Value };

    /// <summary>The problems as <c>sluice check</c> prints them.</summary>
    public static string[] Problems(string yaml, ReadOptions? options = null) => [.. Read(yaml, options).Problems.Select(p => p.ToString())];
}
