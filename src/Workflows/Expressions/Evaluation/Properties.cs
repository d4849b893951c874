using System.Globalization;
using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Library;
using Sluice.Workflows.Expressions.Scripts;

namespace Sluice.Workflows.Expressions.Evaluation;

/// <summary>Reading and writing the fields of values.</summary>
internal static class Properties
{
    /// <summary>The names that lead to a host language's inner life in other engines. As fields of data they are names like any other.</summary>
    private static readonly HashSet<string> Forbidden = new(StringComparer.Ordinal)
    {
        "constructor", "__proto__", "prototype", "__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__", "caller", "callee", "arguments",
        "mainModule", "getPrototypeOf", "setPrototypeOf",
    };

    /// <summary>The few of them that scripts, whose objects can have prototypes, are not given either.</summary>
    private static readonly HashSet<string> ForbiddenInScripts = new(StringComparer.Ordinal)
    {
        "__proto__", "__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__", "caller", "callee", "mainModule",
    };

    public static JsValue Get(Evaluator evaluator, JsValue target, string name)
    {
        switch (target.Kind)
        {
            case JsKind.Undefined or JsKind.Null:
                throw JsThrow.Type($"Cannot read properties of {target} (reading '{name}')");
            case JsKind.String:
                var text = target.AsString!;
                if (name == "length") return text.Length;
                if (JsObject.IsIndex(name, out var at)) return at < text.Length ? Character(text, (int)at) : default(JsValue);
                break;
            case JsKind.Array:
                var array = target.AsArray!;
                if (name == "length") return array.Count;
                if (JsObject.IsIndex(name, out var index)) return index < array.Count ? evaluator.Element(array, (int)index) : default;
                if (array.Fields is { } fields && fields.TryGet(name, out var field)) return field;
                if (array.Traits is { } arrayTraits && Inheritance.TryGet(evaluator, arrayTraits, name, target, out var arrayMember)) return arrayMember;
                break;
            case JsKind.Object when target.AsObject is { } own:
                if (own.TryGet(name, out var value)) return evaluator.Field(own, name, value);
                if (own.Traits is not { } traits) break;
                if (Inheritance.TryGet(evaluator, traits, name, target, out var member)) return member;
                if (traits.IsBare) return default;
                break;
            case >= JsKind.Object when target.AsReference is { Traits: { } others } and not JsFunction && Inheritance.TryGet(evaluator, others, name, target, out var other):
                return other;
            case var kind when kind >= JsKind.Object && target.AsReference!.TryGetField(evaluator, name, out var special):
                return special;
        }

        if (Prototypes.For(target).TryGet(name, out var method)) return method;
        if (!Forbidden.Contains(name)) return JsSymbol.IsKey(name) ? Iteration.Method(evaluator, target, name) : default;
        if (evaluator.Jobs is null || ForbiddenInScripts.Contains(name)) throw Refuse(name);
        return name == "constructor" ? Inheritance.Constructor(evaluator, target) : default;
    }

    public static JsValue Get(Evaluator evaluator, JsValue target, JsValue key)
    {
        if (key.IsNumber)
        {
            var index = (int)key.AsNumber;
            if (index == key.AsNumber && index >= 0)
            {
                if (target.AsArray is { } array) return index < array.Count ? evaluator.Element(array, index) : default;
                if (target.AsString is { } text) return index < text.Length ? Character(text, index) : default(JsValue);
            }
        }

        if (target.IsNullish) throw JsThrow.Type($"Cannot read properties of {target} (reading '{Coerce.ToText(evaluator, key)}')");
        return Get(evaluator, target, Coerce.ToName(evaluator, key));
    }

    public static bool Has(Evaluator evaluator, JsValue target, string name) =>
        HasOwn(evaluator, target, name) || (target.AsReference?.Traits is { } traits && Inheritance.TryFind(evaluator, traits, name, out _))
        || (target.AsReference?.Traits?.IsBare != true && Prototypes.For(target).TryGet(name, out _));

    public static bool HasOwn(Evaluator evaluator, JsValue target, string name) => target.AsReference switch
    {
        JsObject own => own.Contains(name) || (own.Traits is { } traits && Inheritance.TryFindOwn(traits, name, out _)),
        JsArray array => name == "length" || (JsObject.IsIndex(name, out var index) && index < array.Count && !array.Span[(int)index].IsHole) || array.Fields?.Contains(name) == true,
        JsView view => view.Names.Contains(name),
        JsFunction function => name is "name" or "length" || (name == "prototype" && function.PrototypeObject is not null) || (function.Traits is { } traits && Inheritance.TryFindOwn(traits, name, out _)),
        { Traits: { } traits } when Inheritance.TryFindOwn(traits, name, out _) => true,
        null => target.AsString is { } text && (name == "length" || (JsObject.IsIndex(name, out var at) && at < text.Length)),
        var other => other.TryGetField(evaluator, name, out _),
    };

    public static void Set(Evaluator evaluator, JsValue target, JsValue key, JsValue value)
    {
        if (target.AsArray is { Traits: { Extensibility: Extensibility.Frozen } })
        {
            evaluator.Refuse("Cannot assign to read only property of a frozen array");
            return;
        }

        if (target.AsArray is { } array && key.IsNumber && key.AsNumber >= 0 && key.AsNumber == (int)key.AsNumber) SetElement(evaluator, array, (int)key.AsNumber, value);
        else Set(evaluator, target, Coerce.ToName(evaluator, key), value);
    }

    public static void Set(Evaluator evaluator, JsValue target, string name, JsValue value)
    {
        switch (target.AsReference)
        {
            case { Traits: not null } or JsFunction { IsOpen: true } when PropertyChanges.Takes(evaluator, target.AsReference, name, value):
                break;
            case JsObject own:
                evaluator.RequireOwn(own);
                if (Forbidden.Contains(name) && !own.Contains(name) && (evaluator.Jobs is null || ForbiddenInScripts.Contains(name))) throw Refuse(name);
                if (JsSymbol.IsKey(name)) ObjectTraits.Hide(evaluator, own, name, value);
                else evaluator.Set(own, name, value);
                break;
            case JsArray array:
                if (name == "length") SetLength(evaluator, array, value);
                else if (JsObject.IsIndex(name, out var index)) SetElement(evaluator, array, index, value);
                else if (evaluator.Jobs is not null) PropertyChanges.Expand(evaluator, array, name, value);
                else throw new ExpressionError($"an array holds only elements, not a field '{name}'");
                break;
            case JsRegExp regex when name == "lastIndex":
                regex.LastIndex = Coerce.ToInteger(evaluator, value);
                break;
            case JsUrl url when url.TrySet(evaluator, name, Coerce.ToText(evaluator, value)):
                break;
            case JsError error when name is "message" or "name":
                if (name == "name") error.Name = Coerce.ToText(evaluator, value);
                else error.ErrorMessage = Coerce.ToText(evaluator, value);
                break;
            case JsError or JsMap or JsSet or JsDate or JsPromise or JsRegExp when evaluator.Jobs is not null:
                PropertyChanges.Expand(evaluator, target.AsReference, name, value);
                break;
            case LibraryObject library when library.TrySet(evaluator, name, value):
                break;
            case null when target.IsNullish:
                throw JsThrow.Type($"Cannot set properties of {target} (setting '{name}')");
            case null when evaluator.Jobs is not null:
                break;
            default:
                throw new ExpressionError($"the field '{name}' of a {Coerce.TypeName(target)} cannot be set");
        }
    }

    public static bool Delete(Evaluator evaluator, JsValue target, string name)
    {
        switch (target.AsReference)
        {
            case JsObject own:
                evaluator.Step(1 + own.Count / 4);
                if (own.Traits is { } traits)
                {
                    if (traits.Extensibility >= Extensibility.Sealed || traits.Constant?.Contains(name) == true)
                    {
                        evaluator.Refuse($"Cannot delete property '{name}' of #<Object>");
                        return false;
                    }

                    if (traits.Hidden?.Remove(name) == true) return true;
                }

                evaluator.RequireOwn(own);
                own.Remove(name);
                return true;
            case JsArray array when JsObject.IsIndex(name, out var index):
                evaluator.RequireOwn(array);
                if (index < array.Count) array.Span[(int)index] = JsValue.Hole;
                return true;
            case null when target.IsNullish: throw JsThrow.Type($"Cannot convert {target} to object");
            case { Traits: { Extensibility: not Extensibility.Frozen } others }: return others.Fields?.Remove(name) == true || others.Hidden?.Remove(name) == true;
            default: return false;
        }
    }

    /// <summary>The names that <c>Object.keys</c> lists.</summary>
    public static List<string> OwnNames(Evaluator evaluator, JsValue target)
    {
        var names = new List<string>();
        switch (target.AsReference)
        {
            case JsObject own:
                evaluator.Allocate(8L * own.Count);
                evaluator.Step(1 + own.Count);
                names.EnsureCapacity(own.Count);
                foreach (var (name, _) in own) names.Add(name);
                break;
            case JsArray array:
                AddIndices(array.Count, i => !array.Span[i].IsHole);
                if (array.Fields is { } fields) names.AddRange(fields.Names);
                if (array.Traits?.Fields is { } more) names.AddRange(more.Names);
                break;
            case JsView view:
                names.AddRange(view.Names);
                break;
            case JsBytes bytes:
                AddIndices(bytes.Length, _ => true);
                break;
            case { Traits.Fields: { } extra }:
                names.AddRange(extra.Names);
                break;
            case null when target.AsString is { } text:
                AddIndices(text.Length, _ => true);
                break;
        }

        return names;

        void AddIndices(int count, Func<int, bool> exists)
        {
            evaluator.Allocate(40L * count);
            evaluator.Step(1 + count);
            for (var i = 0; i < count; i++)
                if (exists(i)) names.Add(i.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>The names that <c>for in</c> goes through: its own and those of its prototypes.</summary>
    public static IEnumerable<string> EnumerableNames(Evaluator evaluator, JsValue target)
    {
        var own = OwnNames(evaluator, target);
        if (target.AsReference?.Traits?.Prototype is not JsObject prototype) return own;
        return own.Concat(EnumerableNames(evaluator, prototype).Where(n => !own.Contains(n)));
    }

    /// <summary>Gives an object a field of its own, whatever its prototypes say of the name.</summary>
    public static void Define(Evaluator evaluator, JsReference target, string name, JsValue value)
    {
        if (JsSymbol.IsKey(name)) ObjectTraits.Hide(evaluator, target, name, value);
        else if (target is JsObject own) evaluator.Set(own, name, value);
        else PropertyChanges.Expand(evaluator, target, name, value);
    }

    public static ExpressionError Refuse(string name) => new($"'{name}' leads nowhere in an expression: there are only values here");

    /// <summary>The one-character string at an index.</summary>
    public static string Character(string text, int index) => CharacterStrings.Of(text[index]);

    public static void SetLength(Evaluator evaluator, JsArray array, JsValue value)
    {
        evaluator.RequireOwn(array);
        var length = Coerce.ToNumber(evaluator, value);
        if (length < 0 || length != Math.Floor(length) || length > uint.MaxValue) throw JsThrow.Range("Invalid array length");
        if (length > array.Count) Grow(evaluator, array, length);
        array.Resize((int)length);
    }

    private static void SetElement(Evaluator evaluator, JsArray array, uint index, JsValue value) => SetElement(evaluator, array, (double)index, value);

    private static void SetElement(Evaluator evaluator, JsArray array, double index, JsValue value)
    {
        evaluator.RequireOwn(array);
        if (index >= array.Count) Grow(evaluator, array, index + 1);
        array[(int)index] = value;
    }

    private static void Grow(Evaluator evaluator, JsArray array, double length)
    {
        evaluator.Allocate((long)(length - array.Count) * 24 + 16);
        evaluator.Step((int)Math.Min(1 + (length - array.Count) / 16, int.MaxValue / 2));
    }
}
