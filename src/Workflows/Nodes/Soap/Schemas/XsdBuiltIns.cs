using System.Collections.Frozen;

namespace Sluice.Workflows.Nodes.Soap.Schemas;

/// <summary>The types that XML Schema comes with (Part 2: Datatypes).</summary>
internal static class XsdBuiltIns
{
    public static readonly XsdComplexType AnyType = new() { Name = XmlNames.Schema + "anyType", IsAny = true, Mixed = true, AnyAttribute = true };

    public static readonly XsdSimpleType Text = Of("string", XsdPrimitive.Text);

    /// <summary>An array of SOAP's own encoding that does not say of what.</summary>
    public static readonly XsdComplexType AnyArray = new() { Name = XmlNames.Encoding + "Array", ItemType = AnyType };

    private static readonly FrozenDictionary<string, XsdType> All = new XsdType[]
    {
        AnyType, Text,
        Of("anySimpleType", XsdPrimitive.Text), Of("anyAtomicType", XsdPrimitive.Text), Of("normalizedString", XsdPrimitive.Text), Of("token", XsdPrimitive.Text), Of("language", XsdPrimitive.Text),
        Of("Name", XsdPrimitive.Text), Of("NCName", XsdPrimitive.Text), Of("ID", XsdPrimitive.Text), Of("IDREF", XsdPrimitive.Text), Of("ENTITY", XsdPrimitive.Text),
        Of("NMTOKEN", XsdPrimitive.Text), Of("anyURI", XsdPrimitive.Text), Of("QName", XsdPrimitive.Text), Of("NOTATION", XsdPrimitive.Text), Of("duration", XsdPrimitive.Text),
        Of("dayTimeDuration", XsdPrimitive.Text), Of("yearMonthDuration", XsdPrimitive.Text), Of("gYear", XsdPrimitive.Text), Of("gYearMonth", XsdPrimitive.Text), Of("gMonth", XsdPrimitive.Text), Of("gMonthDay", XsdPrimitive.Text), Of("gDay", XsdPrimitive.Text),
        List("IDREFS"), List("ENTITIES"), List("NMTOKENS"),
        Of("boolean", XsdPrimitive.Boolean), Of("decimal", XsdPrimitive.Decimal), Of("float", XsdPrimitive.Double), Of("double", XsdPrimitive.Double), Of("precisionDecimal", XsdPrimitive.Decimal),
        Of("date", XsdPrimitive.Date), Of("time", XsdPrimitive.Time), Of("dateTime", XsdPrimitive.DateTime), Of("dateTimeStamp", XsdPrimitive.DateTime),
        Of("base64Binary", XsdPrimitive.Base64), Of("base64", XsdPrimitive.Base64), Of("hexBinary", XsdPrimitive.Hex),
        Integer("integer"), Integer("nonPositiveInteger", most: 0), Integer("negativeInteger", most: -1), Integer("nonNegativeInteger", 0), Integer("positiveInteger", 1),
        Integer("long", long.MinValue, long.MaxValue), Integer("int", int.MinValue, int.MaxValue), Integer("short", short.MinValue, short.MaxValue), Integer("byte", sbyte.MinValue, sbyte.MaxValue),
        Integer("unsignedLong", 0, ulong.MaxValue), Integer("unsignedInt", 0, uint.MaxValue), Integer("unsignedShort", 0, ushort.MaxValue), Integer("unsignedByte", 0, byte.MaxValue),
    }.ToFrozenDictionary(t => t.Name!.LocalName, StringComparer.Ordinal);

    /// <summary>The type of that name; null when there is none.</summary>
    public static XsdType? Find(string name) => All.GetValueOrDefault(name);

    private static XsdSimpleType Of(string name, XsdPrimitive primitive) => new() { Name = XmlNames.Schema + name, Primitive = primitive };

    private static XsdSimpleType List(string name) => new() { Name = XmlNames.Schema + name, Primitive = XsdPrimitive.Text, Items = Text };

    private static XsdSimpleType Integer(string name, decimal? least = null, decimal? most = null) => new() { Name = XmlNames.Schema + name, Primitive = XsdPrimitive.Integer, Least = least, Most = most };
}
