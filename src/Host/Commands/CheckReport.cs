using System.Text.Encodings.Web;
using System.Text.Json;
using Sluice.Foundation.Errors;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Configuration.Reading;
using Sluice.Host.Running;

namespace Sluice.Host.Commands;

/// <summary>The result of reading a configuration, for people and for programs.</summary>
internal static class CheckReport
{
    private static readonly JsonWriterOptions JsonOptions = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whether <c>sluice run</c> would take it.</summary>
    public static bool CanRun(LoadedConfiguration loaded, bool skipUnsupported) =>
        !loaded.Errors.Any() && (skipUnsupported || loaded.Unsupported.Count == 0);

    public static void WriteText(LoadedConfiguration loaded, bool skipUnsupported, TextWriter output)
    {
        foreach (var problem in loaded.Problems) output.WriteLine(problem);
        foreach (var plugin in loaded.Unsupported)
            output.WriteLine($"{plugin.Place}: {(skipUnsupported ? "warning: " : "")}{plugin.Object}: {plugin.Reason}");

        var errors = loaded.Errors.Count() + (skipUnsupported ? 0 : loaded.Unsupported.Count);
        var warnings = loaded.Warnings.Count() + (skipUnsupported ? loaded.Unsupported.Count : 0);
        var found = $"{Words.Count(errors, "problem")}{(warnings > 0 ? $", {Words.Count(warnings, "warning")}" : "")}";
        output.WriteLine(loaded.Document is { } document && errors == 0 ? $"{found}: {Counts(document)}" : found);
    }

    public static void WriteJson(LoadedConfiguration loaded, bool skipUnsupported, Stream output)
    {
        using (var json = new Utf8JsonWriter(output, JsonOptions))
        {
            json.WriteStartObject();
            json.WriteBoolean("valid", CanRun(loaded, skipUnsupported));
            json.WriteStartArray("files");
            foreach (var file in loaded.Files) json.WriteStringValue(file);
            json.WriteEndArray();
            json.WriteString("hash", loaded.Hash);
            WriteProblems(json, loaded.Problems);
            WriteUnsupported(json, loaded.Unsupported);
            if (loaded.Document is { } document) WriteCounts(json, document);
            json.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
    }

    public static void WriteProblems(Utf8JsonWriter json, IEnumerable<Problem> problems)
    {
        json.WriteStartArray("problems");
        foreach (var problem in problems)
        {
            json.WriteStartObject();
            json.WriteString("severity", problem.Severity == Severity.Error ? "error" : "warning");
            WritePlace(json, problem.Place);
            json.WriteString("object", problem.Object);
            json.WriteString("field", problem.Field);
            json.WriteString("message", problem.Message);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static void WriteUnsupported(Utf8JsonWriter json, IEnumerable<UnsupportedPlugin> plugins)
    {
        json.WriteStartArray("unsupported_plugins");
        foreach (var plugin in plugins)
        {
            json.WriteStartObject();
            json.WriteString("name", plugin.Name);
            json.WriteString("object", plugin.Object);
            WritePlace(json, plugin.Place);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static void WriteCounts(Utf8JsonWriter json, GatewayDocument document)
    {
        json.WriteStartObject("counts");
        json.WriteNumber("services", document.Services.Count);
        json.WriteNumber("routes", document.Routes.Count);
        json.WriteNumber("upstreams", document.Upstreams.Count);
        json.WriteNumber("targets", document.Targets.Count);
        json.WriteNumber("consumers", document.Consumers.Count);
        json.WriteNumber("credentials", document.Credentials.Count);
        json.WriteNumber("plugins", document.Plugins.Count);
        json.WriteNumber("certificates", document.Certificates.Count);
        json.WriteEndObject();
    }

    /// <summary><c>2 services, 3 routes, 1 plugin</c></summary>
    public static string Counts(GatewayDocument document) => string.Join(
        ", ",
        new[]
        {
            Words.Count(document.Services.Count, "service"),
            Words.Count(document.Routes.Count, "route"),
            document.Upstreams.Count > 0 ? Words.Count(document.Upstreams.Count, "upstream") : "",
            document.Consumers.Count > 0 ? Words.Count(document.Consumers.Count, "consumer") : "",
            Words.Count(document.Plugins.Count, "plugin"),
        }.Where(part => part.Length > 0));

    private static void WritePlace(Utf8JsonWriter json, Place place)
    {
        json.WriteString("file", place.File);
        json.WriteNumber("line", place.Line);
        json.WriteNumber("column", place.Column);
    }
}
