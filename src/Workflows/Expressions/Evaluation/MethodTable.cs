using System.Collections.Frozen;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Expressions.Evaluation;

/// <summary>The methods and constants of one type of the library by name.</summary>
internal sealed class MethodTable
{
    private readonly FrozenDictionary<string, JsValue> _members;

    private MethodTable(Dictionary<string, JsValue> members) => _members = members.ToFrozenDictionary(StringComparer.Ordinal);

    public static MethodTable Empty { get; } = new([]);

    public IEnumerable<string> Names => _members.Keys;

    public bool TryGet(string name, out JsValue value) => _members.TryGetValue(name, out value);

    public JsFunction? Method(string name) => _members.TryGetValue(name, out var value) ? value.AsReference as JsFunction : null;

    /// <summary>Collects the members of a table.</summary>
    internal sealed class Builder
    {
        private readonly Dictionary<string, JsValue> _members = new(StringComparer.Ordinal);

        public Builder Add(string name, int length, NativeCode code)
        {
            _members[name] = new NativeFunction(name, length, code);
            return this;
        }

        public Builder Constant(string name, JsValue value)
        {
            _members[name] = value;
            return this;
        }

        /// <summary>Gives a method a second name.</summary>
        public Builder Alias(string name, string original)
        {
            _members[name] = _members[original];
            return this;
        }

        public MethodTable Build() => new(_members);
    }
}
