using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sluice.Host.Commands;
using Sluice.Host.Running;

namespace Sluice.Host.Admin;

/// <summary>
/// <c>/status</c>: what runs here, on which configuration, and why a newer one was refused. Never a secret: names, counts and places only.
/// <c>server</c>, <c>memory</c>, <c>database</c> and <c>configuration_hash</c> are Kong's own fields, for probes that people already have.
/// </summary>
internal sealed class StatusPage(RunningGateway gateway, TimeProvider time)
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public async Task WriteAsync(HttpContext http)
    {
        http.Response.ContentType = "application/json; charset=utf-8";
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter, Options);
        json.WriteStartObject();
        json.WriteString("version", SluiceVersion.Current);
        json.WriteNumber("uptime_seconds", (long)(time.GetUtcNow() - gateway.StartedAt).TotalSeconds);
        json.WriteString("transport", gateway.TransportName);
        json.WriteNumber("loops", gateway.Loops);
        json.WriteString("state", gateway.IsReady ? "serving" : gateway.IsDraining ? "draining" : "starting");
        WriteListeners(json);
        WriteConfiguration(json);
        UpstreamStatus.Write(json, gateway.Snapshot, gateway.HealthEvents);
        WriteRedis(json);
        WritePlugins(json);
        WriteKongsFields(json);
        json.WriteEndObject();
    }

    private void WriteListeners(Utf8JsonWriter json)
    {
        json.WriteStartArray("listeners");
        foreach (var url in gateway.ProxyUrls) json.WriteStringValue(url);
        json.WriteEndArray();
    }

    private void WriteConfiguration(Utf8JsonWriter json)
    {
        var current = gateway.Configuration;
        json.WriteStartObject("configuration");
        json.WriteString("hash", HashOf(current));
        json.WriteString("loaded_at", current.At);
        json.WriteNumber("generation", current.Generation);
        json.WriteStartArray("files");
        foreach (var file in current.Files) json.WriteStringValue(file);
        json.WriteEndArray();
        CheckReport.WriteCounts(json, current.Document);
        WriteRelease(json);
        CheckReport.WriteUnsupported(json, current.Unsupported);
        if (gateway.Refused is { } refused)
        {
            json.WriteStartObject("last_refused");
            json.WriteString("at", refused.At);
            json.WriteStartArray("problems");
            foreach (var problem in refused.Problems) json.WriteStringValue(problem);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("last_refused");
        }

        json.WriteEndObject();
    }

    /// <summary>Plugins that have failed.</summary>
    private void WritePlugins(Utf8JsonWriter json)
    {
        json.WriteStartArray("failed_plugins");
        foreach (var plugin in gateway.Runtime.FailedPlugins)
        {
            json.WriteStartObject();
            json.WriteString("plugin", plugin.Name);
            json.WriteNumber("failures", plugin.Total);
            json.WriteBoolean("paused", plugin.IsPaused);
            json.WriteString("last_failure", plugin.Last);
            json.WriteString("last_failure_at", plugin.LastAt);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteRedis(Utf8JsonWriter json)
    {
        json.WriteStartArray("redis");
        foreach (var redis in gateway.RedisServers)
        {
            json.WriteStartObject();
            json.WriteString("server", redis.Server);
            json.WriteBoolean("up", redis.IsUp);
            if (redis.Problem is { } problem) json.WriteString("problem", problem);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Which release is served, whether a newer one could not be, and how far the file is from it.</summary>
    private void WriteRelease(Utf8JsonWriter json)
    {
        var release = gateway.Releases.Current.Release;
        json.WriteStartObject("release");
        json.WriteNumber("number", release.Number);
        json.WriteString("author", release.Author);
        json.WriteString("at", release.At);
        json.WriteBoolean("stored", gateway.Releases.IsStored);
        json.WriteString("not_served", gateway.Releases.HeadProblem);
        json.WriteString("database_problem", gateway.Releases.DatabaseProblem);
        if (gateway.File?.Drift() is { } drift)
        {
            json.WriteStartObject("file_drift");
            json.WriteBoolean("differs", !drift.IsEmpty);
            json.WriteString("to_be_as_the_file", drift.Summary());
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <summary>The files' own hash where they are the configuration, and otherwise that of the release.</summary>
    private string HashOf(ServedConfiguration served) => served.Hash.Length > 0 ? served.Hash : gateway.Releases.Current.Release.Sha256[..32];

    private void WriteKongsFields(Utf8JsonWriter json)
    {
        json.WriteString("configuration_hash", HashOf(gateway.Configuration));
        json.WriteStartObject("server");
        json.WriteEndObject();
        json.WriteStartObject("memory");
        json.WriteNumber("resident_bytes", Environment.WorkingSet);
        json.WriteNumber("managed_bytes", GC.GetTotalMemory(forceFullCollection: false));
        json.WriteEndObject();
        json.WriteStartObject("database");
        json.WriteBoolean("reachable", gateway.Releases.DatabaseProblem is null);
        json.WriteEndObject();
    }
}
