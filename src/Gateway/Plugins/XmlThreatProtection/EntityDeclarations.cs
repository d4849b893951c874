using System.Text;

namespace Sluice.Gateway.Plugins.XmlThreatProtection;

/// <summary>Holds the entities that a document type declares against their limits. The declaration has been found well-formed before.</summary>
internal static class EntityDeclarations
{
    private const string Start = "<!ENTITY";

    public static string? Check(string subset, XmlThreatProtectionConfig config)
    {
        for (var at = subset.IndexOf(Start, StringComparison.Ordinal); at >= 0; at = subset.IndexOf(Start, at, StringComparison.Ordinal))
        {
            at += Start.Length;
            var declared = new Words(subset, at);
            var name = declared.Next();
            if (name == "%") name = declared.Next();
            if (Size(name) > config.Entityname) return "the name of an entity is too long";
            while (declared.Next() is { } word)
            {
                if (word is "SYSTEM" or "PUBLIC" or "NDATA") declared.IsExternal = true;
                else if (Size(word) > (declared.IsExternal ? config.Entityproperty : config.Entity))
                    return declared.IsExternal ? "a property of an entity is too long" : "an entity is too long";
            }

            at = declared.At;
        }

        return null;
    }

    private static int Size(string? text) => Encoding.UTF8.GetByteCount(text ?? "");

    /// <summary>The words and quoted strings of one declaration.</summary>
    private sealed class Words(string text, int at)
    {
        public int At { get; private set; } = at;

        public bool IsExternal { get; set; }

        public string? Next()
        {
            while (At < text.Length && char.IsWhiteSpace(text[At])) At++;
            if (At >= text.Length || text[At] == '>') return null;
            var from = At;
            if (text[At] is '"' or '\'')
            {
                var end = text.IndexOf(text[At], At + 1);
                At = end < 0 ? text.Length : end + 1;
                return text[(from + 1)..(end < 0 ? text.Length : end)];
            }

            while (At < text.Length && !char.IsWhiteSpace(text[At]) && text[At] is not ('>' or '"' or '\'')) At++;
            return text[from..At];
        }
    }
}
