namespace Sluice.Gateway.Plugins.Templates;

/// <summary>A compiled expression. Failing is a value, <see cref="Failure"/>, because clients can bring it about.</summary>
internal abstract class Expression
{
    public abstract object? Evaluate(TemplateScope scope);
}

internal sealed class Constant(object? value) : Expression
{
    public object? Value => value;

    public override object? Evaluate(TemplateScope scope) => value;
}

internal sealed class Name(string name) : Expression
{
    public override object? Evaluate(TemplateScope scope) => scope.Name(name);
}

/// <summary><c>a.b</c> and <c>a[b]</c>.</summary>
internal sealed class Index(Expression target, Expression key) : Expression
{
    public override object? Evaluate(TemplateScope scope)
    {
        var table = target.Evaluate(scope);
        if (table is Failure) return table;
        var at = key.Evaluate(scope);
        if (at is Failure) return at;
        return table switch
        {
            Table lookup => lookup(at),
            ValueList list => at is double n && n >= 1 && n <= list.Items.Count && double.IsInteger(n) ? list.Items[(int)n - 1] : null,
            _ => new Failure($"attempt to index a {Values.TypeName(table)} value"),
        };
    }
}

/// <summary><c>and</c> and <c>or</c>, which give one of their operands.</summary>
internal sealed class Choice(Expression left, Expression right, bool wantsTrue) : Expression
{
    public override object? Evaluate(TemplateScope scope)
    {
        var value = left.Evaluate(scope);
        return value is Failure || Values.IsTrue(value) != wantsTrue ? value : right.Evaluate(scope);
    }
}

internal sealed class Not(Expression operand) : Expression
{
    public override object? Evaluate(TemplateScope scope)
    {
        var value = operand.Evaluate(scope);
        return value is Failure ? value : !Values.IsTrue(value);
    }
}

/// <summary><c>#a</c>.</summary>
internal sealed class Length(Expression operand) : Expression
{
    public override object? Evaluate(TemplateScope scope) => operand.Evaluate(scope) switch
    {
        Failure failure => failure,
        string text => (double)text.Length,
        ValueList list => (double)list.Items.Count,
        var value => new Failure($"attempt to get length of a {Values.TypeName(value)} value"),
    };
}

/// <summary>Operators that take two values.</summary>
internal sealed class Binary(string operation, Expression left, Expression right) : Expression
{
    public override object? Evaluate(TemplateScope scope)
    {
        var a = left.Evaluate(scope);
        if (a is Failure) return a;
        var b = right.Evaluate(scope);
        if (b is Failure) return b;
        return operation switch
        {
            "==" => Equals(a, b),
            "~=" => !Equals(a, b),
            ".." => Concatenate(a, b),
            "<" or "<=" or ">" or ">=" => Compare(a, b),
            _ => Calculate(a, b),
        };
    }

    private static object Concatenate(object? a, object? b)
    {
        foreach (var value in new[] { a, b })
            if (value is not (string or double or ValueList)) return new Failure($"attempt to concatenate a {Values.TypeName(value)} value");
        return Values.Text(a) + Values.Text(b);
    }

    private object Compare(object? a, object? b)
    {
        int order;
        if (a is double x && b is double y) order = x.CompareTo(y);
        else if (a is string s && b is string t) order = string.CompareOrdinal(s, t);
        else return new Failure($"attempt to compare {Values.TypeName(a)} with {Values.TypeName(b)}");
        return operation switch
        {
            "<" => order < 0,
            "<=" => order <= 0,
            ">" => order > 0,
            _ => order >= 0,
        };
    }

    private object Calculate(object? a, object? b)
    {
        if (!Values.TryNumber(a, out var x)) return new Failure($"attempt to perform arithmetic on a {Values.TypeName(a)} value");
        if (!Values.TryNumber(b, out var y)) return new Failure($"attempt to perform arithmetic on a {Values.TypeName(b)} value");
        return operation switch
        {
            "+" => x + y,
            "-" => x - y,
            "*" => x * y,
            "/" => x / y,
            _ => x - (Math.Floor(x / y) * y),
        };
    }
}

/// <summary><c>f(x)</c>.</summary>
internal sealed class Call(Expression function, Expression[] arguments) : Expression
{
    public override object? Evaluate(TemplateScope scope)
    {
        var target = function.Evaluate(scope);
        if (target is Failure) return target;
        if (target is not Function known) return new Failure($"attempt to call a {Values.TypeName(target)} value");
        var argument = arguments.Length > 0 ? arguments[0].Evaluate(scope) : null;
        return argument is Failure ? argument : known.Call(argument);
    }
}

/// <summary><c>text:method(...)</c>.</summary>
internal sealed class MethodCall(Expression target, StringMethod method, Expression[] arguments) : Expression
{
    public override object? Evaluate(TemplateScope scope)
    {
        var value = target.Evaluate(scope);
        if (value is Failure) return value;
        if (value is double) value = Values.Text(value);
        if (value is not string text) return new Failure($"attempt to index a {Values.TypeName(value)} value");
        var given = new object?[arguments.Length];
        for (var i = 0; i < given.Length; i++)
        {
            given[i] = arguments[i].Evaluate(scope);
            if (given[i] is Failure) return given[i];
        }

        return method.Call(text, given);
    }
}
