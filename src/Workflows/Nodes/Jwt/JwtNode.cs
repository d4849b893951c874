using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Sluice.Workflows.Connections.Kinds;
using Sluice.Workflows.Data;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.Jwt;

/// <summary>Makes, checks and reads JSON Web Tokens (RFC 7519).</summary>
internal sealed class JwtNode(JwtParameters parameters, NodeSetup setup) : AsyncItemNode
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<JwtNode, JwtParameters>((p, s) => new(p, s))
    {
        Type = "jwt",
        Summary = "Makes, checks and reads JSON Web Tokens.",
        Category = NodeCategory.Data,
        Aliases = [new("n8n-nodes-base.jwt")],
    };

    private readonly ConnectionReference? _connection = parameters.Operation is "decode" ? null : ConnectionReference.Of(setup, "jwtAuth", "operation");

    protected override async ValueTask ExecuteAsync(NodeContext context, int index, List<Item> output)
    {
        var json = parameters.Operation switch
        {
            "sign" => new JsObject { ["token"] = Sign(context, index, await _connection!.FieldsAsync<JwtConnection>(context)) },
            "verify" => Show(Verify(context, index, await _connection!.FieldsAsync<JwtConnection>(context))),
            _ => Show(Split(parameters.Token.Get(context, index), index)),
        };
        output.Add(new Item(json) { PairedItems = Positions.Of(index) });
    }

    private string Sign(NodeContext context, int index, JwtConnection connection)
    {
        using var key = JwtKey.Of(connection, parameters.Options.Algorithm, forSigning: true);
        var head = new JsObject { ["alg"] = key.Algorithm, ["typ"] = "JWT" };
        foreach (var (name, value) in JsonParameter.Parse(parameters.HeaderClaims.Get(context, index), "headerClaims").AsObject ?? new JsObject())
            if (name is not "alg") head.Set(name, value);
        if (parameters.Options.Kid.Get(context, index) is { Length: > 0 } kid) head.Set("kid", kid);
        var text = $"{Base64Url.EncodeToString(JsJson.WriteUtf8(head))}.{Base64Url.EncodeToString(JsJson.WriteUtf8(Claims(context, index)))}";
        return $"{text}.{Base64Url.EncodeToString(key.Sign(Encoding.ASCII.GetBytes(text)))}";
    }

    private JsObject Claims(NodeContext context, int index)
    {
        var now = context.Time.GetUtcNow().ToUnixTimeSeconds();
        JsObject claims;
        if (parameters.UseJson)
        {
            claims = JsonParameter.Parse(parameters.ClaimsJson.Get(context, index), "claimsJson").AsObject?.Clone() ?? throw new NodeException("claimsJson must be an object") { ItemIndex = index, Retryable = false };
        }
        else
        {
            claims = new JsObject();
            void Text(string name, Parameter<string> value)
            {
                if (value.Get(context, index) is { Length: > 0 } text) claims.Set(name, text);
            }

            Text("aud", parameters.Claims.Audience);
            Text("iss", parameters.Claims.Issuer);
            Text("jti", parameters.Claims.Jwtid);
            Text("sub", parameters.Claims.Subject);
            if (parameters.Claims.ExpiresIn is { } expires) claims.Set("exp", now + Math.Floor(expires.Get(context, index)));
            if (parameters.Claims.NotBefore is { } begins) claims.Set("nbf", now + Math.Floor(begins.Get(context, index)));
        }

        if (!claims.Contains("iat")) claims.Set("iat", now);
        return claims;
    }

    private Token Verify(NodeContext context, int index, JwtConnection connection)
    {
        var token = Split(parameters.Token.Get(context, index), index);
        using var key = JwtKey.Of(connection, parameters.Options.Algorithm, forSigning: false);
        // The algorithm is the one that was chosen here; what the token says only has to be the same.
        if (!string.Equals(token.Head["alg"].AsString, key.Algorithm, StringComparison.Ordinal)) throw Refuse("invalid algorithm", index);
        if (!key.Verify(Encoding.ASCII.GetBytes(token.Signed), token.Signature)) throw Refuse("The JWT token can't be verified", index);
        var now = context.Time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;
        if (token.Claims.AsObject is { } claims)
        {
            if (!parameters.Options.IgnoreExpiration && Time(claims, "exp", index) is { } end && now >= end + parameters.Options.ClockTolerance) throw Refuse("jwt expired", index);
            if (!parameters.Options.IgnoreNotBefore && Time(claims, "nbf", index) is { } start && now < start - parameters.Options.ClockTolerance) throw Refuse("jwt not active", index);
        }

        return token;
    }

    private JsObject Show(Token token) => parameters.Options.Complete
        ? new JsObject { ["header"] = token.Head, ["payload"] = token.Claims, ["signature"] = Base64Url.EncodeToString(token.Signature) }
        : new JsObject { ["payload"] = token.Claims };

    private static double? Time(JsObject claims, string name, int index) =>
        claims.TryGet(name, out var value) ? value.IsNumber ? value.AsNumber : throw Refuse($"invalid {name} value", index) : null;

    private static Token Split(string text, int index)
    {
        var parts = text.Trim().Split('.');
        if (parts.Length != 3) throw Refuse("jwt malformed", index);
        try
        {
            return new Token($"{parts[0]}.{parts[1]}", JsJson.Parse(Base64Url.DecodeFromChars(parts[0])).AsObject ?? throw Refuse("jwt malformed", index), JsJson.Parse(Base64Url.DecodeFromChars(parts[1])), Base64Url.DecodeFromChars(parts[2]));
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            throw Refuse("jwt malformed", index);
        }
    }

    private static NodeException Refuse(string message, int index) => new(message) { ItemIndex = index, Retryable = false };

    private sealed record Token(string Signed, JsObject Head, JsValue Claims, byte[] Signature);
}
