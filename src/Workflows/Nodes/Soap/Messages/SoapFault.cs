using System.Xml.Linq;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Soap.Schemas;

namespace Sluice.Workflows.Nodes.Soap.Messages;

/// <summary>Faults of SOAP 1.1 and 1.2 as errors of the node.</summary>
internal static class SoapFault
{
    /// <summary>The error that an answer says; null when it is no fault.</summary>
    public static NodeException? Of(XElement envelope, int status, int index)
    {
        var ns = envelope.Name.Namespace;
        if (envelope.Element(ns + "Body")?.Element(ns + "Fault") is not { } fault) return null;
        var details = new JsObject { ["status"] = status };
        string code, reason;
        XElement? detail;
        if (ns == XmlNames.Soap12)
        {
            code = Local((string?)Child(Child(fault, "Code"), "Value"));
            details.Set("code", code);
            // Subcodes say more than Sender and Receiver, each more than the one around it.
            var subcodes = new JsArray();
            for (var sub = Child(Child(fault, "Code"), "Subcode"); sub is not null && subcodes.Count < 10; sub = Child(sub, "Subcode")) subcodes.Add(Local((string?)Child(sub, "Value")));
            if (subcodes.Count > 0) details.Set("subcodes", subcodes);
            reason = ((string?)Child(Child(fault, "Reason"), "Text") ?? "").Trim();
            if ((string?)Child(fault, "Role") is { Length: > 0 } role) details.Set("actor", role);
            detail = Child(fault, "Detail");
        }
        else
        {
            code = Local((string?)Child(fault, "faultcode"));
            details.Set("code", code);
            reason = ((string?)Child(fault, "faultstring") ?? "").Trim();
            if ((string?)Child(fault, "faultactor") is { Length: > 0 } actor) details.Set("actor", actor);
            detail = Child(fault, "detail");
        }

        details.Set("reason", reason);
        if (detail is not null) details.Set("detail", XmlToJson.Any(detail, 0, keepNamespaces: false));
        var callers = code.StartsWith("Client", StringComparison.Ordinal) || code.StartsWith("Sender", StringComparison.Ordinal);
        return new NodeException($"the service gave the fault {(code.Length > 0 ? code : "without a code")}: {(reason.Length > 1000 ? reason[..1000] : reason.Length > 0 ? reason : "(no reason)")}")
        {
            ItemIndex = index,
            Code = code.Length > 0 ? code : null,
            Details = details,
            Retryable = !callers,
        };
    }

    /// <summary>By its local name: many servers get the namespace of these wrong.</summary>
    private static XElement? Child(XElement? parent, string name) => parent?.Elements().FirstOrDefault(e => e.Name.LocalName.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static string Local(string? code) => code is null ? "" : code.Trim() is var text ? text[(text.IndexOf(':', StringComparison.Ordinal) + 1)..] : "";
}
