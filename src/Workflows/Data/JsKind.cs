namespace Sluice.Workflows.Data;

/// <summary>What a <see cref="JsValue"/> holds. Everything from <see cref="Object"/> on is a <see cref="JsReference"/>.</summary>
public enum JsKind
{
    Undefined,
    Null,
    Boolean,
    Number,
    String,
    BigInt,
    Object,
    Array,
    Function,
    Date,
    RegExp,
    Map,
    Set,
    Error,
    DateTime,
    Duration,
    Interval,
    Url,
    UrlSearchParams,
    Promise,
    Symbol,
}
