using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sluice.Host.Tests.Admin;

/// <summary>A configuration with an object of each kind and secrets wherever there can be some.</summary>
internal static class WholeConfiguration
{
    /// <summary>Stands in every secret.</summary>
    public const string Planted = "pl4nted-s3cret";

    /// <summary>A part of the private key.</summary>
    public static string KeyLine { get; }

    public static string Yaml { get; }

    static WholeConfiguration()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=a.test", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(30));
        var pem = key.ExportPkcs8PrivateKeyPem();
        KeyLine = pem.Split('\n')[1][20..50];
        Yaml = $"""
            _format_version: "3.0"
            vaults:
            - name: env
              prefix: mine
            services:
            - name: orders
              host: orders-upstream
              tags: [a, tenant:acme]
              routes:
              - name: orders
                paths: [/orders]
                tags: [tenant:acme]
                plugins:
                - name: session
                  config: {Open}secret: {Planted}-1{Close}
                - name: rate-limiting
                  config:
                    minute: 5
                    policy: local
                    redis: {Open}host: 127.0.0.1, password: {Planted}-2{Close}
              plugins:
              - name: http-log
                config:
                  http_endpoint: http://user:{Planted}-3@127.0.0.1:9/
                  headers: {Open}X-Key: {Planted}-4{Close}
              - name: zipkin
                config: {Open}http_endpoint: "http://127.0.0.1:9/{Planted}-5"{Close}
              - name: loggly
                config: {Open}key: {Planted}-6{Close}
            - name: found
              discovery: {Open}consul: {Open}address: "http://127.0.0.1:9", service: x, token: {Planted}-7{Close}{Close}
            upstreams:
            - name: orders-upstream
              targets:
              - target: 127.0.0.1:9
                tags: [b]
            workflows:
            - name: greet
              tags: [tenant:acme]
              nodes:
              - {Open}name: Start, type: manual-trigger, id: a{Close}
              - name: Call
                type: http-request
                parameters:
                  url: http://127.0.0.1:9/
                  sendHeaders: true
                  headerParameters: {Open}parameters: [{Open}name: Authorization, value: "Bearer {Planted}-17"{Close}]{Close}
              connections: {Open}Start: {Open}main: [[{Open}node: Call, type: main, index: 0{Close}]]{Close}{Close}
            pipelines:
            - name: shared
              plugins:
              - name: opentelemetry
                config:
                  traces_endpoint: http://127.0.0.1:9/v1/traces
                  headers: {Open}Authorization: {Planted}-8{Close}
              - name: aws-lambda
                config: {Open}aws_key: {Planted}-9, aws_secret: {Planted}-10, function_name: f, aws_region: eu-west-1{Close}
              - name: azure-functions
                config: {Open}appname: a, functionname: f, apikey: {Planted}-11{Close}
            consumer_groups:
            - name: gold
            consumers:
            - username: ann
              custom_id: "7"
              groups: [{Open}name: gold{Close}]
              keyauth_credentials:
              - key: {Planted}-12
                tags: [tenant:acme]
              basicauth_credentials:
              - username: ann
                password: {Planted}-13
              hmacauth_credentials:
              - username: ann
                secret: {Planted}-14
              jwt_secrets:
              - key: ann
                secret: {Planted}-15
              oauth2_credentials:
              - name: app
                client_id: app
                client_secret: {Planted}-16
                redirect_uris: [http://127.0.0.1/]
              acls:
              - group: staff
            certificates:
            - cert: |
            {Indented(certificate.ExportCertificatePem())}
              key: |
            {Indented(pem)}
              snis:
              - name: a.test
            plugins:
            - name: key-auth
              instance_name: global
              enabled: false
            """;
    }

    private const string Open = "{";
    private const string Close = "}";

    private static string Indented(string text) => string.Join('\n', text.Trim().Split('\n').Select(l => "      " + l.TrimEnd()));
}
