using Sluice.Workflows.Data;

namespace Sluice.Workflows.Expressions.Parsing;

/// <summary>What only scripts have: classes, accessors, generators.</summary>
internal sealed partial class Parser
{
    private ClassSyntax Class()
    {
        if (!_script) throw Fail($"classes are not supported in {Kind}");
        var position = _token.Start;
        Enter();
        Advance();
        _functions++;
        string? name = null;
        if (_token.Kind == TokenKind.Name && !_token.IsWord("extends"))
        {
            name = _token.Text;
            Advance();
        }

        var parent = TakeWord("extends") ? Postfix() : null;
        Expect("{");
        var members = new List<ClassMemberSyntax>();
        while (!Take("}"))
            if (!Take(";")) members.Add(ClassMember(parent is not null));
        if (members.Count(m => m.Kind == ClassMemberKind.Constructor) > 1) throw new ExpressionSyntaxException("a class has only one constructor", position);
        _depth--;
        return new ClassSyntax(position, name, parent, members);
    }

    private ClassMemberSyntax ClassMember(bool isDerived)
    {
        var position = _token.Start;
        var isStatic = TakeModifier("static");
        if (isStatic && _token.Is("{")) return new(position, ClassMemberKind.StaticBlock, null, new FunctionSyntax(position, null, [], FunctionBody(isAsync: false), IsArrow: false), true);
        var isAsync = TakeModifier("async");
        var isGenerator = GeneratorStar();
        var kind = isAsync || isGenerator ? ClassMemberKind.Method : TakeModifier("get") ? ClassMemberKind.Getter : TakeModifier("set") ? ClassMemberKind.Setter : ClassMemberKind.Field;
        var token = _token;
        var key = MemberKey();
        if (kind == ClassMemberKind.Field && _token.Is("(")) kind = ClassMemberKind.Method;
        if (kind == ClassMemberKind.Field) return new(position, kind, key, FieldValue(token), isStatic);
        var isConstructor = kind == ClassMemberKind.Method && !isStatic && !isAsync && !isGenerator && key is LiteralSyntax { Value.AsString: "constructor" };
        var method = Method(token, isAsync, isGenerator) with { IsDerived = isConstructor && isDerived };
        if (key is not LiteralSyntax { Value.AsString: { } plain }) plain = key is PrivateNameSyntax own ? own.Name : "";
        return new(position, isConstructor ? ClassMemberKind.Constructor : kind, key, method with { Name = plain }, isStatic);
    }

    /// <summary>Takes a word that changes the member after it, unless it is the member's name.</summary>
    private bool TakeModifier(string word)
    {
        if (!_token.IsWord(word)) return false;
        var (token, lastEnd, at) = (_token, _lastEnd, _lexer.Position);
        Advance();
        if (!_token.Is("(") && !_token.Is("=") && !_token.Is(";") && !_token.Is("}") && !_token.Is(",") && !_token.Is(":")) return true;
        (_token, _lastEnd, _lexer.Position) = (token, lastEnd, at);
        return false;
    }

    /// <summary>The first value of a field: a function, so that <c>this</c> is the new object.</summary>
    private FunctionSyntax? FieldValue(Token name)
    {
        FunctionSyntax? value = null;
        if (Take("="))
        {
            var outer = (_async, _generator);
            (_async, _generator) = (false, false);
            value = new FunctionSyntax(name.Start, null, [], AssignmentWithIn(), IsArrow: false);
            (_async, _generator) = outer;
        }

        EndStatement();
        return value;
    }

    private Syntax MemberKey()
    {
        var token = _token;
        if (token.Is("[")) return Index();
        if (token.Is("#")) return PrivateName();
        var key = new LiteralSyntax(token.Start, token.Kind switch
        {
            TokenKind.Name or TokenKind.String => token.Text,
            TokenKind.Number => JsNumberText.Format(token.Number),
            _ => throw Unexpected(),
        });
        Advance();
        return key;
    }

    /// <summary>A method of an object that begins with <c>get</c>, <c>set</c>, <c>async</c> or a star.</summary>
    /// <param name="word">That word; it has been taken. A star has not.</param>
    private PropertySyntax SpecialMethod(Token word)
    {
        if (!_script) throw Fail($"'{word.Text}' methods are not supported in {Kind}");
        if (word.Text is "static") throw Unexpected();
        var isGenerator = word.Text is "async" or "*" && GeneratorStar();
        var name = _token;
        var key = MemberKey();
        if (key is PrivateNameSyntax) throw new ExpressionSyntaxException("only classes have private members", key.Position);
        var method = Method(name, word.Text is "async", isGenerator);
        return new PropertySyntax(name.Start, key, method with { Name = key is LiteralSyntax { Value.AsString: { } text } ? text : "" }, Accessor: word.Text is "get" or "set" ? word.Text : null);
    }

    private PrivateNameSyntax PrivateName()
    {
        var position = _token.Start;
        if (!_script) throw Fail("private members do not exist here");
        Expect("#");
        if (_token.Kind != TokenKind.Name) throw Unexpected();
        var name = new PrivateNameSyntax(position, "#" + _token.Text);
        Advance();
        return name;
    }

    private Syntax Super()
    {
        var position = _token.Start;
        if (!_script) throw Unexpected();
        Advance();
        if (_token.Is("(")) return new SuperCallSyntax(position, Arguments());
        return _token.Is(".") || _token.Is("[") ? new SuperSyntax(position) : throw Unexpected();
    }

    private YieldSyntax Yield()
    {
        var position = _token.Start;
        Advance();
        if (!_token.AfterNewLine && Take("*")) return new YieldSyntax(position, Assignment(), IsDelegate: true);
        var ends = _token.AfterNewLine || _token.Kind == TokenKind.End || (_token.Kind == TokenKind.Punctuator && _token.Text is ")" or "]" or "}" or "," or ";" or ":") || _token.IsWord("in") || _token.IsWord("of");
        return new YieldSyntax(position, ends ? null : Assignment(), IsDelegate: false);
    }
}
