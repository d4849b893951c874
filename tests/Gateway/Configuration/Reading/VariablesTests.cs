using Sluice.Foundation.Errors;

namespace Sluice.Gateway.Tests.Configuration.Reading;

public class VariablesTests
{
    private static string Host(string host, params (string, string)[] variables) =>
        Files.Read($"""
            _format_version: "3.0"
            vaults:
            - name: env
              prefix: my-env
              config:
                prefix: X_
            services:
            - name: s
              host: {host}
            """, Files.With(variables)).Document!.Services[0].Host;

    [Fact]
    public void Environment_variables_are_filled_in() => Host("\"${H}.internal\"", ("H", "pay")).ShouldBe("pay.internal");

    [Fact]
    public void A_default_stands_for_a_variable_that_is_not_set_or_empty()
    {
        Host("\"${H:-pay.test}\"").ShouldBe("pay.test");
        Host("\"${H:-pay.test}\"", ("H", "")).ShouldBe("pay.test");
    }

    [Fact]
    public void Vault_references_name_variables_as_Kong_does()
    {
        Host("\"{vault://env/my-host}\"", ("MY_HOST", "a")).ShouldBe("a");
        Host("\"{vault://env/my-host/name}\"", ("MY_HOST", """{"name": "b"}""")).ShouldBe("b");
        Host("\"{vault://my-env/host}\"", ("X_HOST", "c")).ShouldBe("c");
        Host("\"{vault://env/host?prefix=Y_}\"", ("Y_HOST", "d")).ShouldBe("d");
    }

    [Fact]
    public void A_plain_scalar_gets_its_type_from_what_is_filled_in_and_a_quoted_one_stays_a_string()
    {
        Files.Read("""{_format_version: "3.0", services: [{name: s, host: x, port: 8080}]}""").Document!.Services[0].Port.ShouldBe(8080);
        var options = Files.With(("P", "8080"));
        Files.Read("_format_version: '3.0'\nservices:\n- name: s\n  host: x\n  port: ${P}", options).Document!.Services[0].Port.ShouldBe(8080);
        Files.Problems("_format_version: '3.0'\nservices:\n- name: s\n  host: x\n  port: '${P}'", options).ShouldHaveSingleItem().ShouldContain("expected an integer");
    }

    [Fact]
    public void Two_dollars_stand_for_one() =>
        Files.Read("_format_version: '3.0'\nroutes:\n- {name: r, paths: ['/$${x}']}").Document!.Routes[0].Paths.ShouldBe(["/${x}"]);

    [Fact]
    public void A_variable_that_is_not_set_is_an_error() =>
        Files.Problems("_format_version: '3.0'\nservices:\n- {name: s, host: '${H}'}").ShouldBe(
            ["kong.yml:3:19: document: the environment variable H is not set (write $${H} for the text itself)"]);

    [Fact]
    public void Where_it_is_only_a_warning_its_value_is_not_judged()
    {
        var result = Files.Read("""
            _format_version: "3.0"
            certificates:
            - cert: "{vault://env/cert}"
              key: "{vault://hcv/key}"
            """, Files.NoEnvironment with { UnsetVariable = Severity.Warning });

        result.Problems.Select(p => p.ToString()).ShouldBe(
        [
            "kong.yml:3:9: warning: document: nothing is behind {vault://env/cert}: the environment variable CERT is not set",
            "kong.yml:4:8: warning: document: nothing is behind {vault://hcv/key}: no vault declares it, and of the variables KONG_VAULT_HCV_*: token: required field missing: auth_method is token",
        ]);
        result.Document.ShouldNotBeNull();
    }
}
