using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Connectors;

namespace Sluice.Workflows.Nodes.Stripe;

/// <summary>What is done at Stripe.</summary>
[CamelCase]
internal sealed record StripeParameters : ConnectorParameters
{
    /// <summary>The customer.</summary>
    public Parameter<string> CustomerId { get; init; } = "";

    /// <summary>The charge.</summary>
    public Parameter<string> ChargeId { get; init; } = "";

    /// <summary>The payment intent.</summary>
    public Parameter<string> PaymentIntentId { get; init; } = "";

    /// <summary>The invoice.</summary>
    public Parameter<string> InvoiceId { get; init; } = "";

    /// <summary>The name of a new customer.</summary>
    public Parameter<string> Name { get; init; } = "";

    /// <summary>The amount in the smallest unit of the currency: 100 for one euro.</summary>
    [Between(0, 99_999_999)]
    public Parameter<double>? Amount { get; init; }

    /// <summary>The currency: <c>eur</c>.</summary>
    public Parameter<string> Currency { get; init; } = "";

    /// <summary>What an invoice item is for.</summary>
    public Parameter<string> Description { get; init; } = "";

    /// <summary>What is charged.</summary>
    public Parameter<string> Source { get; init; } = "";

    /// <summary>More about it: fields of the API, and <c>metadata</c> as a list of keys with values.</summary>
    public Parameter<JsValue>? AdditionalFields { get; init; }

    /// <summary>What changes: fields of the API.</summary>
    public Parameter<JsValue>? UpdateFields { get; init; }

    /// <summary>Which are wanted: <c>email</c>.</summary>
    public Parameter<JsValue>? Filters { get; init; }
}
