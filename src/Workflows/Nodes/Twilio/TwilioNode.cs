using System.Security;
using Sluice.Workflows.Nodes.Connectors;

namespace Sluice.Workflows.Nodes.Twilio;

/// <summary>Sends text messages and makes calls with Twilio.</summary>
internal sealed class TwilioNode(TwilioParameters parameters, NodeSetup setup) : ConnectorNode<TwilioParameters>(Api, parameters, setup)
{
    private static readonly ConnectorApi<TwilioParameters> Api = new("Twilio", "https://api.twilio.com", "twilio")
    {
        ["sms"] = new("send")
        {
            ["send"] = static (p, call) => Options(p, call.Post($"/2010-04-01/Accounts/{Account(call):account}/Messages.json").Form()
                .Body("From", Number(p, call, p.From, "from")).Body("To", Number(p, call, p.To, "to")).Body("Body", call.Need(p.Message, "message"))),
            ["get"] = static (p, call) => call.Get($"/2010-04-01/Accounts/{Account(call):account}/Messages/{p.Sid:sid}.json"),
            ["getAll"] = static (p, call) => call.Get($"/2010-04-01/Accounts/{Account(call):account}/Messages.json").Query("To", p.To).Query("From", p.From).Items("messages").Pages(p, Pagings.Address("next_page_uri"), "PageSize", 1000),
        },
        ["call"] = new("make")
        {
            ["make"] = static (p, call) => Options(p, call.Post($"/2010-04-01/Accounts/{Account(call):account}/Calls.json").Form()
                .Body("From", call.Need(p.From, "from")).Body("To", call.Need(p.To, "to")).Body("Twiml", p.Twiml ? call.Need(p.Message, "message") : $"<Response><Say>{SecurityElement.Escape(call.Need(p.Message, "message"))}</Say></Response>")),
        },
    };

    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<TwilioNode, TwilioParameters>((p, s) => new(p, s))
    {
        Type = "twilio",
        Summary = "Sends text messages and makes calls with Twilio.",
        Category = NodeCategory.Connector,
        Aliases = [new("n8n-nodes-base.twilio", 1, 1)],
        Connector = Api.Facts,
    };

    private static string Account(ApiRequest call) => call.Account ?? "account";

    private static string Number(TwilioParameters p, ApiRequest call, Parameter<string> number, string name) => (p.ToWhatsapp ? "whatsapp:" : "") + call.Need(number, name);

    private static void Options(TwilioParameters p, ApiRequest call)
    {
        foreach (var (name, value) in call.Object(p.Options)) call.Body(NamedValues.Capital(name), value);
    }
}
