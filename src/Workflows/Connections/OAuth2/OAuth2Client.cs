using System.Net.Http.Headers;
using System.Text;
using Sluice.Workflows.Connections.Kinds;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Nodes.HttpRequest;

namespace Sluice.Workflows.Connections.OAuth2;

/// <summary>What a server gave.</summary>
internal sealed record OAuth2Grant(string AccessToken, DateTimeOffset EndsAt, string? RefreshToken);

/// <summary>Asks the token endpoint of a server (RFC 6749, 3.2).</summary>
internal sealed class OAuth2Client(OutgoingHttp http, HttpRoute route, TimeProvider time)
{
    private const int MostBytes = 1 << 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>How long a token is taken to live whose server does not say.</summary>
    private static readonly TimeSpan Unsaid = TimeSpan.FromMinutes(10);

    /// <param name="name">The connection's, for messages.</param>
    /// <param name="request">The grant type with its parameters.</param>
    /// <exception cref="NodeException">The server gives none.</exception>
    public async Task<OAuth2Grant> AskAsync(string name, OAuth2Connection fields, TokenRequest request, CancellationToken cancel)
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        await using var timer = time.CreateTimer(static s => ((CancellationTokenSource)s!).Cancel(), source, Patience, Timeout.InfiniteTimeSpan);
        var host = new Uri(fields.TokenUrl).Host;
        try
        {
            using var message = Message(fields, request);
            using var response = await http.SendAsync(route, message, source.Token);
            return Read(name, host, await HttpAnswer.ReadAsync(response, MostBytes, source.Token));
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            if (e.InnerException is NodeException own) throw own;
            throw new NodeException($"{host} gave no token for the connection '{name}': {e.Message}", e);
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new NodeException($"{host} gave no token for the connection '{name}' within {Patience.TotalSeconds} seconds", e);
        }
    }

    private static HttpRequestMessage Message(OAuth2Connection fields, TokenRequest request)
    {
        var form = new Dictionary<string, string>(request, StringComparer.Ordinal) { ["grant_type"] = request.Grant };
        if (fields.Scope.Length > 0 && request.Grant != "authorization_code") form["scope"] = fields.Scope;
        if (fields.Audience is { } audience) form["audience"] = audience;
        var message = new HttpRequestMessage(HttpMethod.Post, fields.TokenUrl);
        if (fields.Authentication == "body" || fields.ClientSecret.Length == 0)
        {
            form["client_id"] = fields.ClientId;
            if (fields.ClientSecret.Length > 0) form["client_secret"] = fields.ClientSecret;
        }
        else
        {
            // Both are encoded as in a form first (RFC 6749, 2.3.1).
            var login = $"{Uri.EscapeDataString(fields.ClientId)}:{Uri.EscapeDataString(fields.ClientSecret)}";
            message.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(login)));
        }

        message.Headers.Accept.ParseAdd("application/json");
        message.Content = new FormUrlEncodedContent(form);
        return message;
    }

    private OAuth2Grant Read(string name, string host, HttpAnswer answer)
    {
        var json = answer.TryJson(out var body) ? body.AsObject : null;
        if (answer.Status is < 200 or > 299 || json?["access_token"].AsString is not { Length: > 0 } token)
        {
            var why = json?["error"].AsString is { } error ? json["error_description"].AsString is { Length: > 0 } more ? $"{error}: {more}" : error : $"it answered {answer.Status} and no token";
            throw new NodeException($"{host} gave no token for the connection '{name}': {why}") { Code = json?["error"].AsString, Retryable = answer.Status is 429 or >= 500 };
        }

        if (json["token_type"].AsString is { } type && !type.Equals("bearer", StringComparison.OrdinalIgnoreCase))
            throw new NodeException($"{host} gave a token of the type '{type}' for the connection '{name}', which is not known here") { Retryable = false };
        var lifetime = ParameterValues.ToNumber(json["expires_in"]) is var seconds and > 0 and < 1e9 ? TimeSpan.FromSeconds(seconds) : Unsaid;
        return new OAuth2Grant(token, time.GetUtcNow() + lifetime, json["refresh_token"].AsString);
    }
}

/// <summary>The parameters of a request for a token.</summary>
internal sealed class TokenRequest(string grant) : Dictionary<string, string>(StringComparer.Ordinal)
{
    public string Grant { get; } = grant;
}
