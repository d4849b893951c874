using Sluice.Foundation.Schema;
using Sluice.Gateway.Plugins.Transforming;

namespace Sluice.Gateway.Plugins.Templates;

/// <summary>The string, or what stands after the name of a <c>name:value</c>, is a template. Kong finds out with the first request; we warn before.</summary>
internal sealed class TemplateAttribute : RuleAttribute
{
    /// <summary>The string is <c>name:value</c>.</summary>
    public bool AfterName { get; init; }

    public override bool OnlyWarns => true;

    public override string? Refuse(string value) =>
        Template.Compile(AfterName ? NameValue.Parse(value).Value : value).Error is { } error
            ? $"the template does not compile, so that every request will be refused with a 500: {error}"
            : null;
}
