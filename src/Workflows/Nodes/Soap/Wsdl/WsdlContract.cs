using System.Xml.Linq;
using Sluice.Workflows.Nodes.Soap.Schemas;

namespace Sluice.Workflows.Nodes.Soap.Wsdl;

/// <summary>What a WSDL says: the services, and how their operations are called.</summary>
internal sealed record WsdlContract(IReadOnlyList<WsdlPort> Ports, XsdSchemas Schemas, IReadOnlyList<string> Warnings)
{
    /// <summary>The operation of that name.</summary>
    /// <param name="service">The service's name; empty for any.</param>
    /// <param name="port">The port's name; empty for the first that has the operation, SOAP 1.1 before 1.2.</param>
    /// <exception cref="WsdlException">There is none, or it cannot be called.</exception>
    public (WsdlPort Port, WsdlOperation Operation) Find(string service, string port, string operation)
    {
        var ports = Ports.Where(p => (service.Length == 0 || p.Service == service) && (port.Length == 0 || p.Name == port)).ToList();
        if (ports.Count == 0) throw new WsdlException($"the WSDL has no SOAP port '{(port.Length > 0 ? port : service)}'; it has {List(Ports.Select(p => $"{p.Service}/{p.Name}"))}");
        var found = ports.SelectMany(p => p.Operations.Where(o => o.Name == operation).Select(o => (p, o))).OrderBy(f => f.o.Refusal is null ? 0 : 1).ThenBy(f => f.p.Version).ToList();
        if (found.Count == 0) throw new WsdlException($"the WSDL has no operation '{operation}'; it has {List(ports.SelectMany(p => p.Operations).Select(o => o.Name).Distinct(StringComparer.Ordinal))}");
        if (found[0].o.Refusal is { } refusal) throw new WsdlException($"the operation '{operation}' cannot be called: {refusal}");
        return found[0];
    }

    private static string List(IEnumerable<string> names) => names.Take(30).ToList() is { Count: > 0 } some ? string.Join(", ", some) : "none";
}

/// <summary>The version of SOAP, which decides about the envelope, the content type and the form of faults.</summary>
internal enum SoapVersion { Soap11, Soap12 }

/// <summary>A place where a service is offered.</summary>
/// <param name="Service">The service's name.</param>
/// <param name="Name">The port's.</param>
/// <param name="Address">Where it is; empty when the WSDL does not say.</param>
internal sealed record WsdlPort(string Service, string Name, string Address, SoapVersion Version, IReadOnlyList<WsdlOperation> Operations);

/// <summary>An operation as one binding has it.</summary>
/// <param name="Action">What SOAPAction says.</param>
/// <param name="Input">What is sent.</param>
/// <param name="Output">What is answered; null for nothing.</param>
/// <param name="Documentation">For people; empty for none.</param>
/// <param name="Refusal">Why it cannot be called; null when it can.</param>
internal sealed record WsdlOperation(string Name, string Action, WsdlMessage Input, WsdlMessage? Output, string Documentation, string? Refusal);

/// <summary>What stands in an envelope.</summary>
/// <param name="Body">The elements of the body; nearly always one.</param>
/// <param name="Headers">The header elements that the WSDL declares.</param>
/// <param name="IsEncoded">Whether it is in SOAP's own encoding (SOAP 1.1, 5), where each element says its type.</param>
internal sealed record WsdlMessage(IReadOnlyList<XsdElement> Body, IReadOnlyList<XsdElement> Headers, bool IsEncoded = false)
{
    public static readonly WsdlMessage Empty = new([], []);
}

/// <summary>A part of a message as WSDL has it.</summary>
internal sealed record WsdlPart(string Name, XName? Element, XName? Type, XElement Node);
