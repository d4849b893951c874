using Sluice.Foundation.Schema;

namespace Sluice.Workflows.Nodes.Code;

/// <summary>What is run, and how often.</summary>
[CamelCase]
internal sealed record CodeParameters
{
    /// <summary>Whether the code is run once, or once for each item.</summary>
    [OneOf("runOnceForAllItems", "runOnceForEachItem")]
    public string Mode { get; init; } = "runOnceForAllItems";

    /// <summary>The language; only JavaScript is run.</summary>
    [OneOf("javaScript", "python", "pythonNative")]
    public string Language { get; init; } = "javaScript";

    /// <summary>The code, the body of a function that may wait.</summary>
    [AllowEmpty]
    public string JsCode { get; init; } = "";

    /// <summary>Code in Python, which is not run here.</summary>
    [AllowEmpty]
    public string PythonCode { get; init; } = "";

    /// <summary>A remark of the editor.</summary>
    [AllowEmpty]
    public string Notice { get; init; } = "";
}

/// <summary>What is run.</summary>
[CamelCase]
internal sealed record FunctionParameters
{
    /// <summary>The code, the body of a function that may wait.</summary>
    [Required]
    public string FunctionCode { get; init; } = "";

    /// <summary>A remark of the editor.</summary>
    [AllowEmpty]
    public string Notice { get; init; } = "";
}
