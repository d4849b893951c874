using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Listeners;

namespace Sluice.Host.Demo;

/// <summary>A small upstream to try a configuration with: it answers every request with what it received.</summary>
internal static class DemoUpstream
{
    public static async Task<WebApplication> StartAsync(ListenAddress address)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(address.EndPoint);
        });
        var app = builder.Build();
        app.Run(AnswerAsync);
        await app.StartAsync();
        return app;
    }

    private static async Task AnswerAsync(HttpContext http)
    {
        http.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("you_sent", $"{http.Request.Method} {http.Request.Path}{http.Request.QueryString}");
        json.WriteStartObject("headers");
        foreach (var (name, value) in http.Request.Headers) json.WriteString(name, value.ToString());
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
