namespace Sluice.Workflows.Nodes.Soap.Wsdl;

/// <summary>A WSDL or one of its schemas cannot be used; the message says which and why.</summary>
public sealed class WsdlException(string message, Exception? inner = null) : Exception(message, inner);
