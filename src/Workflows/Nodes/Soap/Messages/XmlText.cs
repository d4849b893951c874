using System.Xml;

namespace Sluice.Workflows.Nodes.Soap.Messages;

/// <summary>What XML 1.0 can hold at all.</summary>
internal static class XmlText
{
    public static bool IsWritable(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (XmlConvert.IsXmlChar(text[i])) continue;
            if (i + 1 >= text.Length || !XmlConvert.IsXmlSurrogatePair(text[i + 1], text[i])) return false;
            i++;
        }

        return true;
    }

    public static bool IsName(string name)
    {
        try
        {
            return name.Length > 0 && XmlConvert.VerifyNCName(name) == name;
        }
        catch (XmlException)
        {
            return false;
        }
    }
}
