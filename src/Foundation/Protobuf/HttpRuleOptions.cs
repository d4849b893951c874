namespace Sluice.Foundation.Protobuf;

/// <summary>Reads the options of a method as far as they are <c>google.api.http</c>.</summary>
internal static class HttpRuleOptions
{
    /// <summary>Reads up to the end of the method: its semicolon or its block.</summary>
    public static IReadOnlyList<HttpRule> Read(ProtoTokens tokens)
    {
        var rules = new List<HttpRule>();
        if (tokens.TryTake(";")) return rules;
        tokens.Expect("{");
        while (!tokens.TryTake("}"))
        {
            if (tokens.TryTake(";")) continue;
            if (tokens.TryTake("option") && tokens.TryTake("(") && tokens.Peek.TrimStart('.') == "google.api.http")
            {
                tokens.Take();
                tokens.Expect(")");
                if (tokens.TryTake("="))
                {
                    ReadRule(tokens, rules, 0);
                    tokens.TryTake(";");
                    continue;
                }
            }

            tokens.SkipStatement();
        }

        return rules;
    }

    private static void ReadRule(ProtoTokens tokens, List<HttpRule> rules, int depth)
    {
        if (depth > DescriptorSet.MaxDepth) throw tokens.Error("a google.api.http rule is nested too deeply");
        var (method, template, body, responseBody) = ("", "", (string?)null, (string?)null);
        var more = new List<HttpRule>();
        tokens.Expect("{");
        while (!tokens.TryTake("}"))
        {
            var name = tokens.Take();
            tokens.TryTake(":");
            switch (name)
            {
                case "get" or "put" or "post" or "delete" or "patch":
                    (method, template) = (name.ToUpperInvariant(), tokens.TakeString());
                    break;
                case "body":
                    body = tokens.TakeString();
                    break;
                case "response_body":
                    responseBody = tokens.TakeString();
                    break;
                case "selector":
                    tokens.TakeString();
                    break;
                case "custom":
                    (method, template) = ReadCustom(tokens);
                    break;
                case "additional_bindings" when tokens.TryTake("["):
                    while (!tokens.TryTake("]"))
                    {
                        ReadRule(tokens, more, depth + 1);
                        tokens.TryTake(",");
                    }

                    break;
                case "additional_bindings":
                    ReadRule(tokens, more, depth + 1);
                    break;
                default:
                    throw tokens.Error($"'{name}' is not a field of google.api.http");
            }

            _ = tokens.TryTake(",") || tokens.TryTake(";");
        }

        if (method.Length > 0) rules.Add(new HttpRule(method, template, body, responseBody));
        rules.AddRange(more);
    }

    private static (string Method, string Template) ReadCustom(ProtoTokens tokens)
    {
        var (kind, path) = ("", "");
        tokens.Expect("{");
        while (!tokens.TryTake("}"))
        {
            var name = tokens.Take();
            tokens.TryTake(":");
            if (name == "kind") kind = tokens.TakeString();
            else path = tokens.TakeString();
            _ = tokens.TryTake(",") || tokens.TryTake(";");
        }

        return (kind, path);
    }
}
