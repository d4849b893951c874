using System.CommandLine;
using System.Net.Http.Headers;
using System.Text.Json;
using Sluice.Host.Settings;

namespace Sluice.Host.Commands.Admin;

/// <summary>Asks the admin listener of a running gateway, for the commands that look at its configuration or change it.</summary>
internal sealed class AdminClient : IDisposable
{
    private static readonly Option<string> Url = new("--admin-url")
    {
        HelpName = "URL",
        Description = "The admin listener of the gateway. Default http://127.0.0.1:8001. [SLUICE_ADMIN_URL]",
    };

    private readonly HttpClient http;

    private AdminClient(Uri address, string? token)
    {
        // Not the system's proxy: the token is for the gateway alone.
        http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(10) })
        {
            BaseAddress = address,
            Timeout = TimeSpan.FromMinutes(5),
        };
        if (token is { Length: > 0 }) http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public static void AddTo(Command command) => command.Add(Url);

    /// <exception cref="UsageException">The address is none.</exception>
    public static AdminClient For(ParseResult parsed)
    {
        var environment = ProcessEnvironment.Read();
        var text = parsed.GetValue(Url) ?? environment.GetValueOrDefault("SLUICE_ADMIN_URL") ?? "http://127.0.0.1:8001";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new UsageException($"--admin-url: '{text}' is not an address such as http://127.0.0.1:8001");
        return new AdminClient(address, environment.GetValueOrDefault("SLUICE_TOKEN"));
    }

    /// <summary>The <c>data</c> of an answer in the envelope.</summary>
    /// <exception cref="AdminRefusedException">The gateway cannot be asked, or refuses.</exception>
    public async Task<JsonElement> SendAsync(HttpMethod method, string path, byte[]? body = null, string? mediaType = null, long? expectedRelease = null)
    {
        using var json = JsonDocument.Parse(await SendForTextAsync(method, path, body, mediaType, expectedRelease));
        return json.RootElement.GetProperty("data").Clone();
    }

    /// <inheritdoc cref="SendAsync"/>
    /// <summary>The text of an answer.</summary>
    public async Task<string> SendForTextAsync(HttpMethod method, string path, byte[]? body = null, string? mediaType = null, long? expectedRelease = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(mediaType!);
        }
        if (expectedRelease is { } number) request.Headers.IfMatch.Add(new EntityTagHeaderValue($"\"{number}\""));
        try
        {
            using var response = await http.SendAsync(request);
            var text = await response.Content.ReadAsStringAsync();
            return response.IsSuccessStatusCode ? text : throw new AdminRefusedException((int)response.StatusCode, Explain((int)response.StatusCode, text));
        }
        catch (HttpRequestException problem)
        {
            throw new AdminRefusedException(0, $"the gateway at {http.BaseAddress} cannot be asked: {problem.Message} (--admin-url says where its admin listener is)");
        }
        catch (TaskCanceledException)
        {
            throw new AdminRefusedException(0, $"the gateway at {http.BaseAddress} does not answer");
        }
    }

    public void Dispose() => http.Dispose();

    /// <summary>Every problem on a line of its own.</summary>
    private static string Explain(int status, string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            var error = json.RootElement.GetProperty("error");
            if (error.TryGetProperty("details", out var details) && details.TryGetProperty("problems", out var problems) && problems.GetArrayLength() > 0)
                return string.Join(Environment.NewLine, problems.EnumerateArray().Select(Line));
            var message = error.GetProperty("message").GetString()!;
            return status is 401 ? $"{message} (SLUICE_TOKEN holds the token to ask with)" : message;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return $"the gateway answered with status {status}";
        }
    }

    private static string Line(JsonElement problem)
    {
        var line = problem.TryGetProperty("line", out var at) ? $"line {at}: " : "";
        var entry = problem.TryGetProperty("object", out var named) ? $"{named}: " : "";
        var field = problem.TryGetProperty("field", out var path) && path.GetString() is { Length: > 0 } given ? $"{given}: " : "";
        return $"{line}{entry}{field}{problem.GetProperty("message")}";
    }
}

/// <summary>The gateway could not be asked, or refused; the message says why, one problem on each line.</summary>
/// <param name="status">The status of its answer; 0 when there was none.</param>
/// <param name="message">For the person who asked.</param>
internal sealed class AdminRefusedException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;
}
