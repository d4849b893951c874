using Sluice.Foundation.Schema;

namespace Sluice.Workflows.Nodes.Email;

/// <summary>What is sent to whom.</summary>
[CamelCase]
internal sealed record EmailParameters
{
    /// <summary>What it is about.</summary>
    [OneOf("email")]
    public string Resource { get; init; } = "email";

    /// <summary>What is done.</summary>
    [OneOf("send")]
    public string Operation { get; init; } = "send";

    /// <summary>The sender: <c>Shop &lt;shop@example.com&gt;</c>.</summary>
    [Required]
    public Parameter<string> FromEmail { get; init; } = "";

    /// <summary>The recipients, separated by commas.</summary>
    [Required]
    public Parameter<string> ToEmail { get; init; } = "";

    /// <summary>The subject.</summary>
    public Parameter<string> Subject { get; init; } = "";

    /// <summary>Whether the text, the HTML or both are sent; what there is unless given.</summary>
    [OneOf("text", "html", "both")]
    public string? EmailFormat { get; init; }

    /// <summary>The text.</summary>
    public Parameter<string>? Text { get; init; }

    /// <summary>The HTML; <c>cid:FIELD</c> shows an attached picture.</summary>
    public Parameter<string>? Html { get; init; }

    /// <summary>More recipients, whom all see.</summary>
    public Parameter<string> CcEmail { get; init; } = "";

    /// <summary>More recipients, whom nobody sees.</summary>
    public Parameter<string> BccEmail { get; init; } = "";

    /// <summary>The fields of files that go along, separated by commas.</summary>
    public Parameter<string> Attachments { get; init; } = "";

    /// <summary>More about the mail.</summary>
    public EmailOptions Options { get; init; } = new();
}

/// <summary>More about the mail.</summary>
[CamelCase]
internal sealed record EmailOptions
{
    /// <summary>More recipients, whom all see.</summary>
    public Parameter<string> CcEmail { get; init; } = "";

    /// <summary>More recipients, whom nobody sees.</summary>
    public Parameter<string> BccEmail { get; init; } = "";

    /// <summary>Where answers go.</summary>
    public Parameter<string> ReplyTo { get; init; } = "";

    /// <summary>The fields of files that go along, separated by commas.</summary>
    public Parameter<string> Attachments { get; init; } = "";

    /// <summary>Whether a certificate that nobody vouches for is taken.</summary>
    public bool AllowUnauthorizedCerts { get; init; }

    /// <summary>For n8n.</summary>
    [NoEffect("mails end where they end")]
    public bool AppendAttribution { get; init; }

    /// <summary>Milliseconds that the server may take.</summary>
    [Between(1, 3_600_000)]
    public Parameter<double> Timeout { get; init; } = 60_000;
}
