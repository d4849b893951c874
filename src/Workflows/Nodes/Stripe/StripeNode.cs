using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Connectors;

namespace Sluice.Workflows.Nodes.Stripe;

/// <summary>Creates customers, charges, payment intents and invoices at Stripe.</summary>
internal sealed class StripeNode(StripeParameters parameters, NodeSetup setup) : ConnectorNode<StripeParameters>(Api, parameters, setup)
{
    private static readonly ConnectorApi<StripeParameters> Api = new("Stripe", "https://api.stripe.com", "stripe")
    {
        ["balance"] = new("get")
        {
            ["get"] = static (_, call) => call.Get($"/v1/balance"),
        },
        ["charge"] = new("get")
        {
            ["create"] = static (p, call) => Create(call.Post($"/v1/charges"), call.Object(p.AdditionalFields)).Body("customer", call.Need(p.CustomerId, "customerId")).Body("amount", p.Amount).Body("currency", Currency(p, call)).Body("source", p.Source),
            ["get"] = static (p, call) => call.Get($"/v1/charges/{p.ChargeId:chargeId}"),
            ["getAll"] = static (p, call) => List(p, call.Get($"/v1/charges")),
            ["update"] = static (p, call) => Create(call.Post($"/v1/charges/{p.ChargeId:chargeId}"), call.Object(p.UpdateFields)),
        },
        ["customer"] = new("get")
        {
            ["create"] = static (p, call) => Create(call.Post($"/v1/customers"), call.Object(p.AdditionalFields)).Body("name", p.Name),
            ["get"] = static (p, call) => call.Get($"/v1/customers/{p.CustomerId:customerId}"),
            ["getAll"] = static (p, call) => List(p, call.Get($"/v1/customers").QueryAll(p.Filters)),
            ["update"] = static (p, call) => Create(call.Post($"/v1/customers/{p.CustomerId:customerId}"), call.Object(p.UpdateFields)),
            ["delete"] = static (p, call) => call.Delete($"/v1/customers/{p.CustomerId:customerId}"),
        },
        ["paymentIntent"] = new("create")
        {
            ["create"] = static (p, call) => Create(call.Post($"/v1/payment_intents"), call.Object(p.AdditionalFields)).Body("amount", p.Amount).Body("currency", Currency(p, call)).Body("customer", p.CustomerId),
            ["get"] = static (p, call) => call.Get($"/v1/payment_intents/{p.PaymentIntentId:paymentIntentId}"),
            ["getAll"] = static (p, call) => List(p, call.Get($"/v1/payment_intents").Query("customer", p.CustomerId)),
            ["confirm"] = static (p, call) => Create(call.Post($"/v1/payment_intents/{p.PaymentIntentId:paymentIntentId}/confirm"), call.Object(p.AdditionalFields)),
            ["cancel"] = static (p, call) => Create(call.Post($"/v1/payment_intents/{p.PaymentIntentId:paymentIntentId}/cancel"), call.Object(p.AdditionalFields)),
        },
        ["invoiceItem"] = new("create")
        {
            ["create"] = static (p, call) => Create(call.Post($"/v1/invoiceitems"), call.Object(p.AdditionalFields)).Body("customer", call.Need(p.CustomerId, "customerId")).Body("amount", p.Amount).Body("currency", p.Currency).Body("description", p.Description),
            ["getAll"] = static (p, call) => List(p, call.Get($"/v1/invoiceitems").Query("customer", p.CustomerId)),
        },
        ["invoice"] = new("create")
        {
            ["create"] = static (p, call) => Create(call.Post($"/v1/invoices"), call.Object(p.AdditionalFields)).Body("customer", call.Need(p.CustomerId, "customerId")),
            ["get"] = static (p, call) => call.Get($"/v1/invoices/{p.InvoiceId:invoiceId}"),
            ["getAll"] = static (p, call) => List(p, call.Get($"/v1/invoices").Query("customer", p.CustomerId)),
            ["finalize"] = static (p, call) => Create(call.Post($"/v1/invoices/{p.InvoiceId:invoiceId}/finalize"), new JsObject()),
        },
    };

    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<StripeNode, StripeParameters>((p, s) => new(p, s))
    {
        Type = "stripe",
        Summary = "Creates customers, charges, payment intents and invoices at Stripe.",
        Category = NodeCategory.Connector,
        Aliases = [new("n8n-nodes-base.stripe", 1, 1)],
        Lacks = "coupons, cards, sources and tokens",
        Connector = Api.Facts,
    };

    private static ApiRequest Create(ApiRequest call, JsObject fields)
    {
        // Sent again, it is still done once.
        call.Form().Header("Idempotency-Key", call.Key).BodyAll(new JsObject());
        foreach (var (name, value) in fields)
            call.Body(name, name is "metadata" && NamedValues.Of(value) is { IsUndefined: false } pairs ? pairs : name is "address" or "shipping" ? Inner(value) : value);
        return call;
    }

    // {"details": {"city": "Berlin"}} and {"shippingProperties": [{"name": "A"}]}, as editors wrap them.
    private static JsValue Inner(JsValue value)
    {
        if (value.AsObject is not { Count: 1 } map) return value;
        var inner = map.First().Value;
        return inner.AsArray is [var only] ? Inner(only) : inner.AsObject is { } details ? details : value;
    }

    private static string Currency(StripeParameters p, ApiRequest call) => call.Need(p.Currency, "currency").ToLowerInvariant();

    private static void List(StripeParameters p, ApiRequest call) => call.Items("data").Pages(p, Pagings.LastId("has_more", "data", "starting_after"), "limit", 100);
}
