namespace Sluice.Workflows.Data;

/// <summary>A point in time as JavaScript's Date holds it.</summary>
/// <param name="milliseconds">Since 1970-01-01T00:00:00Z; NaN for an invalid date.</param>
public sealed class JsDate(double milliseconds) : JsReference
{
    /// <summary>A Date reaches a hundred million days to either side of 1970.</summary>
    internal const double Limit = 8.64e15;

    public override JsKind Kind => JsKind.Date;

    public double Milliseconds { get; internal set; } = milliseconds;

    internal bool IsValid => !double.IsNaN(Milliseconds);

    internal override double? NumberValue => Milliseconds;

    internal override JsValue ToJson() => IsValid ? IsoText.Format(Milliseconds) : JsValue.Null;
}
