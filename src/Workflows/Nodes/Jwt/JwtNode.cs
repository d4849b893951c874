using System.Buffers.Text;
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
            _ => Show(JwtToken.Read(parameters.Token.Get(context, index), index)),
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
        return JwtToken.Sign(key, head, Claims(context, index));
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

    private JwtToken Verify(NodeContext context, int index, JwtConnection connection)
    {
        var token = JwtToken.Read(parameters.Token.Get(context, index), index);
        using var key = JwtKey.Of(connection, parameters.Options.Algorithm, forSigning: false);
        token.Verify(key, index);
        token.VerifyTimes(context.Time.GetUtcNow(), index, parameters.Options.ClockTolerance, !parameters.Options.IgnoreExpiration, !parameters.Options.IgnoreNotBefore);
        return token;
    }

    private JsObject Show(JwtToken token) => parameters.Options.Complete
        ? new JsObject { ["header"] = token.Head, ["payload"] = token.Claims, ["signature"] = Base64Url.EncodeToString(token.Signature) }
        : new JsObject { ["payload"] = token.Claims };
}
