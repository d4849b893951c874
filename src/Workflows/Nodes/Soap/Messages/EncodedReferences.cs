using System.Xml.Linq;

namespace Sluice.Workflows.Nodes.Soap.Messages;

/// <summary>In SOAP's own encoding an element may stand elsewhere and be referred to (SOAP 1.1, 5.4.1): brings what is meant to where it is meant.</summary>
internal static class EncodedReferences
{
    private const int DeepestNesting = 100;
    private const int MostElements = 1_000_000;

    /// <summary>Puts what <c>href="#id"</c> refers to in its place; of the body's elements only those that nothing refers to are left.</summary>
    /// <exception cref="NodeException">References go in a circle, to nothing, or make more than a million elements.</exception>
    public static void Resolve(XElement envelope)
    {
        if (envelope.Element(envelope.Name.Namespace + "Body") is not { } body) return;
        var named = new Dictionary<string, XElement>(StringComparer.Ordinal);
        foreach (var element in body.Descendants())
            if ((string?)element.Attribute("id") is { Length: > 0 } id) named.TryAdd(id, new XElement(element));
        if (named.Count == 0) return;
        var used = new HashSet<string>(StringComparer.Ordinal);
        var left = MostElements;
        foreach (var child in body.Elements()) Inline(child, 0);
        foreach (var child in body.Elements().Where(c => (string?)c.Attribute("id") is { } id && used.Contains(id)).ToList()) child.Remove();

        void Inline(XElement element, int depth)
        {
            if (depth > DeepestNesting) throw Wrong($"references in a circle, or nested deeper than {DeepestNesting} levels");
            if (--left < 0) throw Wrong($"more than {MostElements} elements, with what is referred to");
            if ((string?)element.Attribute("href") is ['#', .. var id])
            {
                if (!named.TryGetValue(id, out var meant)) throw Wrong($"a reference to '#{id}', which is nowhere");
                used.Add(id);
                element.Attribute("href")!.Remove();
                foreach (var declaration in meant.Attributes()) if (element.Attribute(declaration.Name) is null && declaration.Name != "id") element.Add(new XAttribute(declaration));
                element.Add(new XElement(meant).Nodes());
            }

            foreach (var child in element.Elements()) Inline(child, depth + 1);
            element.Attribute("id")?.Remove();
        }
    }

    private static NodeException Wrong(string what) => new($"the answer has {what}") { Retryable = false };
}
