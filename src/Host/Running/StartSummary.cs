using Sluice.Host.Commands;
using Sluice.Host.Settings;

namespace Sluice.Host.Running;

/// <summary>What <c>sluice run</c> prints once it serves: where, what, and what it did not heed.</summary>
internal static class StartSummary
{
    public static void Write(TextWriter output, RunSettings settings, RunningGateway gateway, IEnumerable<string> adminUrls, IEnumerable<string> notes)
    {
        var served = gateway.Configuration;
        output.WriteLine($"sluice {SluiceVersion.Current}");
        Line("proxy", string.Join(", ", gateway.ProxyUrls));
        Line("admin", string.Join(", ", adminUrls));
        Line("serves", $"{CheckReport.Counts(served.Document)} of {(gateway.Database is null ? string.Join(", ", served.Files) : $"release {gateway.Releases.Current.Release.Number}")}");
        Line("stored", gateway.Database is { } database ? $"in {database.Address}" : "");
        Line("engine", gateway.Loops > 0 ? $"{gateway.TransportName}, {Words.Count(gateway.Loops, "loop")}" : gateway.TransportName);
        if (settings.Tls.Certificates.Count == 0 && settings.Proxy.Any(l => l.Tls)) Line("note", "TLS uses a self-signed certificate; --cert and --cert-key name a real one");
        foreach (var plugin in served.Unsupported) Line("note", $"left out: {plugin.Object} at {plugin.Place}, whose plugin {plugin.Name} is not built");
        foreach (var note in settings.Notes.Concat(notes)) Line("note", note);
        output.WriteLine("ready");

        void Line(string what, string text)
        {
            if (text.Length > 0) output.WriteLine($"  {what,-7} {text}");
        }
    }
}
