using System.Text;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Nodes.Soap.Import;
using Sluice.Workflows.Nodes.Soap.Messages;
using Sluice.Workflows.Nodes.Soap.Wsdl;

namespace Sluice.Fuzz.Targets;

/// <summary>WSDLs and their schemas: they are read or refused with a reason; what is read makes a configuration, and messages are written, or refused, and read back.</summary>
internal sealed class WsdlTarget() : FuzzTarget("wsdl")
{
    private const string Service = """
        <w:definitions xmlns:w="http://schemas.xmlsoap.org/wsdl/" xmlns:x="http://www.w3.org/2001/XMLSchema" xmlns:s="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:t="urn:t" targetNamespace="urn:t">
        <w:types><x:schema targetNamespace="urn:t" elementFormDefault="qualified">
        <x:element name="A"><x:complexType><x:sequence><x:element name="i" type="x:int"/><x:element name="c" type="t:C" minOccurs="0" maxOccurs="unbounded"/><x:choice maxOccurs="2"><x:element name="d" type="x:date"/><x:element ref="t:B"/></x:choice><x:any minOccurs="0"/></x:sequence><x:attribute name="a" type="t:E" use="required"/></x:complexType></x:element>
        <x:element name="B" type="t:C" nillable="true"/>
        <x:element name="D" substitutionGroup="t:B"/>
        <x:complexType name="C" mixed="true"><x:complexContent><x:extension base="t:P"><x:group ref="t:G"/><x:attributeGroup ref="t:H"/></x:extension></x:complexContent></x:complexType>
        <x:complexType name="P" abstract="true"><x:all><x:element name="p" type="t:L"/></x:all></x:complexType>
        <x:group name="G"><x:sequence minOccurs="0" maxOccurs="3"><x:element name="g" type="x:decimal"/></x:sequence></x:group>
        <x:attributeGroup name="H"><x:attribute name="h" type="x:boolean"/><x:anyAttribute/></x:attributeGroup>
        <x:complexType name="S"><x:simpleContent><x:extension base="x:double"><x:attribute name="u"/></x:extension></x:simpleContent></x:complexType>
        <x:simpleType name="E"><x:restriction base="x:token"><x:enumeration value="e"/></x:restriction></x:simpleType><x:simpleType name="L"><x:list itemType="x:long"/></x:simpleType>
        </x:schema></w:types>
        <w:message name="M"><w:part name="p" element="t:A"/></w:message><w:message name="R"><w:part name="a" type="x:string"/><w:part name="b" type="t:S"/></w:message>
        <w:portType name="T"><w:operation name="GetA"><w:input message="t:M"/><w:output message="t:M"/></w:operation><w:operation name="Call"><w:input message="t:R"/><w:output message="t:R"/></w:operation></w:portType>
        <w:binding name="K" type="t:T"><s:binding style="document"/><w:operation name="GetA"><s:operation soapAction="u"/><w:input><s:body use="literal"/></w:input><w:output><s:body use="literal"/></w:output></w:operation>
        <w:operation name="Call"><s:operation style="rpc"/><w:input><s:body use="literal" namespace="urn:t"/></w:input><w:output><s:body use="literal"/></w:output></w:operation></w:binding>
        <w:service name="V"><w:port name="K" binding="t:K"><s:address location="http://a.test/"/></w:port></w:service></w:definitions>
        """;

    private static readonly JsValue[] Inputs =
    [
        .. new[]
        {
            """{"@a": "e", "i": 1, "c": [{"@xsi:type": "C", "p": [1, 2], "g": ["1.5", 2], "#text": "x"}], "d": ["2026-11-20"], "other": {"@xmlns": "urn:o", "z": [1, null]}}""",
            """{"a": "x", "b": {"#text": 1, "@u": "v"}}""", "{}", """{"i": null, "B": null}""",
        }.Select(t => JsJson.Parse(t)),
    ];

    public override IReadOnlyList<byte[]> Pieces { get; } = AllOf(
        "<x:sequence>", "</x:sequence>", "<x:choice maxOccurs=\"unbounded\">", "</x:choice>", "<x:any/>", "ref=\"t:A\"", "ref=\"t:G\"", "base=\"t:C\"", "type=\"t:P\"", "type=\"x:anyType\"", "substitutionGroup=\"t:A\"", "minOccurs=\"2147483647\"",
        "maxOccurs=\"0\"", "nillable=\"true\"", "abstract=\"true\"", "<x:import schemaLocation=\"http://a.test/x.xsd\"/>", "<x:include schemaLocation=\"../x.xsd\"/>", "use=\"encoded\"", "style=\"rpc\"", "xmlns:t=\"\"", "name=\"\"", "name=\"1 2\"", "<!DOCTYPE a>", "&a;", "\0", "é");

    protected override IEnumerable<byte[]> Samples => AllOf(Service);

    protected override void Run(byte[] input)
    {
        var documents = new WsdlDocuments("http://a.test/s.wsdl");
        try
        {
            documents.Give(input);
            // Whatever is imported is there, and says nothing new.
            while (documents.Next is not null) documents.Give("<x:schema xmlns:x=\"http://www.w3.org/2001/XMLSchema\"><x:simpleType name=\"E\"/></x:schema>"u8.ToArray());
            var contract = WsdlReader.Read(documents);
            foreach (var port in contract.Ports)
                foreach (var operation in port.Operations.Where(o => o.Refusal is null))
                    Exchange(port, operation);
            foreach (var (path, _) in WsdlImport.Make(documents, new WsdlImportOptions(KeyAuth: true, RequestsPerMinute: null)).Files) path.ShouldNotContain("..");
        }
        catch (WsdlException refused)
        {
            refused.Message.ShouldNotBeEmpty();
        }
    }

    private static void Exchange(WsdlPort port, WsdlOperation operation)
    {
        foreach (var value in Inputs)
        {
            byte[] written;
            try
            {
                written = SoapEnvelope.Write(operation, port.Version, value, default, null);
            }
            catch (NodeException refused)
            {
                refused.Message.ShouldNotBeEmpty();
                continue;
            }

            var envelope = SoapEnvelope.Read(written, out var problem);
            envelope.ShouldNotBeNull(problem);
            // What was written reads back to something that is written the same way.
            var read = SoapEnvelope.ReadBody(envelope, operation.Input);
            read.ShouldNotBeNull();
            Encoding.UTF8.GetString(written).ShouldStartWith("<?xml");
        }
    }
}
