using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sluice.Foundation.Schema;
using Sluice.Foundation.Secrets;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Configuration.Reading;

/// <summary>What a record gets after its fields have been read: values that are made up, and rules that need more than the record.</summary>
internal static class Completion
{
    public static object? Complete(object record, EntityItem item, MapNode node, Binding binding, EntityIndex index, ReadOptions options)
    {
        var errors = binding.Errors;
        record = record switch
        {
            RouteConfig route => Complete(route, node, binding, index, options),
            KeyAuthCredential { Key: "" } key => key with { Key = RandomText() },
            JwtCredential jwt => jwt with { Key = jwt.Key.Length > 0 ? jwt.Key : RandomText(), Secret = jwt.Secret ?? RandomText() },
            HmacAuthCredential { Secret: null } hmac => hmac with { Secret = RandomText() },
            OAuth2Credential client => client with { ClientId = client.ClientId ?? RandomText(), ClientSecret = client.ClientSecret ?? RandomText() },
            CaCertificateConfig ca => Complete(ca, node, binding, options),
            VaultConfig vault => Complete(vault, item, binding),
            _ => record,
        };
        return binding.Errors == errors ? record : null;
    }

    private static RouteConfig Complete(RouteConfig route, MapNode node, Binding binding, EntityIndex index, ReadOptions options)
    {
        if (options.RouterFlavor != RouterFlavor.Expressions)
            foreach (var field in new[] { "expression", "priority" })
                if (node[field] is { IsNull: false } value)
                    binding.Report(value.Place, field, "unknown field; it needs the expressions router (router_flavor = expressions)");
        if (route.Pipeline is { } pipeline && index.Find("pipelines", pipeline) is null)
            binding.Report(node["pipeline"]!.Place, "pipeline", $"there is no pipeline '{pipeline}'" + index.DidYouMean("pipelines", pipeline));
        if (route.Policy is { } policy && index.Find("pipelines", policy) is null)
            binding.Report(node["policy"]!.Place, "policy", $"there is no pipeline '{policy}'" + index.DidYouMean("pipelines", policy));
        if (route.Workflow is { } workflow && index.Find("workflows", workflow) is null)
            binding.Report(node["workflow"]!.Place, "workflow", $"there is no workflow '{workflow}'" + index.DidYouMean("workflows", workflow));
        if (route is { Workflow: not null, Service: not null })
            binding.Report(node["workflow"]!.Place, "workflow", "a route has a service or a workflow, not both");
        if (route is { WorkflowCalls: true } and ({ Workflow: not null } or { Service: not null }))
            binding.Report(node["workflow_calls"]!.Place, "workflow_calls", "a route that takes the calls of workflows has neither a service nor a workflow");
        var grpc = route.Protocols.Contains("grpc", StringComparer.Ordinal) || route.Protocols.Contains("grpcs", StringComparer.Ordinal);
        if (!grpc)
            return route;
        if (route.StripPath && node["strip_path"] is { IsNull: false } strip)
            binding.Report(strip.Place, "strip_path", "cannot set 'strip_path' when 'protocols' is 'grpc' or 'grpcs'");
        return route with { StripPath = false };
    }

    private static CaCertificateConfig Complete(CaCertificateConfig ca, MapNode node, Binding binding, ReadOptions options)
    {
        // What is not known yet can't be looked into.
        if (node["cert"] is ScalarNode { Opaque: true })
            return ca;
        var place = node["cert"]!.Place;
        var all = new X509Certificate2Collection();
        try
        {
            all.ImportFromPem(ca.Cert);
            if (all.Count > 1)
                binding.Report(place, "cert", "please submit only one certificate at a time");
            var certificate = all[0];
            if (certificate.NotAfter.ToUniversalTime() < options.Time.GetUtcNow().UtcDateTime)
                binding.Report(place, "cert", $"the certificate expired on {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}");
            if (certificate.Extensions.OfType<X509BasicConstraintsExtension>().FirstOrDefault() is not { CertificateAuthority: true })
                binding.Report(place, "cert", "certificate does not appear to be a CA because it is missing the \"CA\" basic constraint");
            return ca with { CertDigest = ca.CertDigest ?? Convert.ToHexStringLower(SHA256.HashData(certificate.RawData)) };
        }
        catch (CryptographicException)
        {
            binding.Report(place, "cert", "invalid certificate");
            return ca;
        }
        finally
        {
            foreach (var certificate in all)
                certificate.Dispose();
        }
    }

    private static VaultConfig Complete(VaultConfig vault, EntityItem item, Binding binding)
    {
        if (!SecretStore.Kinds.Contains(vault.Name, StringComparer.Ordinal))
            binding.Report(item.Node["name"]!.Place, "name", $"vault '{vault.Name}' is not installed; these are: {string.Join(", ", SecretStore.Kinds)}");
        return vault;
    }

    private static string RandomText() => RandomNumberGenerator.GetString("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", 32);
}
