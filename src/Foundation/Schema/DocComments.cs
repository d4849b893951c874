using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

namespace Sluice.Foundation.Schema;

/// <summary>The summaries that the compiler leaves beside an assembly, for schemas and reference tables. Where there is no such file, there is no text.</summary>
public static partial class DocComments
{
    // Weak: the assemblies of plugins go when they are replaced.
    private static readonly ConditionalWeakTable<Assembly, IReadOnlyDictionary<string, string>> Loaded = [];

    /// <summary>The summary of <paramref name="type"/> as plain text with Markdown code spans; null when there is none.</summary>
    public static string? Of(Type type) => Find(type.Assembly, "T:" + NameOf(type));

    /// <summary>The summary of <paramref name="property"/>.</summary>
    public static string? Of(PropertyInfo property) => Find(property.DeclaringType!.Assembly, $"P:{NameOf(property.DeclaringType)}.{property.Name}");

    private static string NameOf(Type type) => (type.FullName ?? type.Name).Replace('+', '.');

    private static string? Find(Assembly assembly, string member) => Loaded.GetValue(assembly, Load).GetValueOrDefault(member);

    private static IReadOnlyDictionary<string, string> Load(Assembly assembly)
    {
        var file = Path.Combine(AppContext.BaseDirectory, assembly.GetName().Name + ".xml");
        if (!File.Exists(file))
            return new Dictionary<string, string>(StringComparer.Ordinal);
        return Read(() => XDocument.Load(file));
    }

    /// <summary>The comments of an assembly that does not lie beside the program.</summary>
    /// <param name="assembly">The assembly.</param>
    /// <param name="xml">The compiler's file, UTF-8.</param>
    public static void Add(Assembly assembly, byte[] xml) => Loaded.AddOrUpdate(assembly, Read(() => XDocument.Load(new MemoryStream(xml))));

    private static IReadOnlyDictionary<string, string> Read(Func<XDocument> load)
    {
        try
        {
            return load().Descendants("member")
                .Where(m => m.Attribute("name") is not null && m.Element("summary") is not null)
                .ToDictionary(m => m.Attribute("name")!.Value, m => Text(m.Element("summary")!), StringComparer.Ordinal);
        }
        catch (XmlException)
        {
            return new Dictionary<string, string>(StringComparer.Ordinal);
        }
    }

    private static string Text(XElement summary)
    {
        var text = string.Concat(summary.Nodes().Select(node => node switch
        {
            XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
            XElement { Name.LocalName: "see" or "paramref" } see => $"`{Naming.SnakeCase(((string?)see.Attribute("cref") ?? (string?)see.Attribute("name") ?? (string?)see.Attribute("langword") ?? "").Split('.', ':')[^1])}`",
            XElement other => other.Value,
            XText plain => plain.Value,
            _ => "",
        }));
        return Blank().Replace(text, " ").Trim();
    }

    [GeneratedRegex(@"\s+", RegexOptions.None, 1000)]
    private static partial Regex Blank();
}
