namespace Sluice.Workflows.Expressions.Parsing;

/// <summary>Members, calls, <c>new</c> and tagged templates: what follows a value directly.</summary>
internal sealed partial class Parser
{
    private Syntax Postfix()
    {
        var position = _token.Start;
        var target = _token.IsWord("new") ? New() : Primary();
        var optional = false;
        var links = 0;
        while (true)
        {
            var at = _token.Start;
            // A chain is as deep as it is long.
            if (++links > MaximumChain) throw Fail("the chain is too long");
            if (Take("?."))
            {
                optional = true;
                if (_token.Is("(")) target = new CallSyntax(at, target, Arguments(), IsOptional: true);
                else if (_token.Is("[")) target = new MemberSyntax(at, target, Index(), IsOptional: true);
                else target = new MemberSyntax(at, target, MemberName(), IsOptional: true);
            }
            else if (Take(".")) target = new MemberSyntax(at, target, MemberName(), IsOptional: false);
            else if (_token.Is("[")) target = new MemberSyntax(at, target, Index(), IsOptional: false);
            else if (_token.Is("(")) target = new CallSyntax(at, target, Arguments(), IsOptional: false);
            else if (_token.Kind == TokenKind.Number && _token.Text[0] == '.' && _token.Start == _lastEnd && _token.Text.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0)
            {
                // `items.0.name`: no number can stand here, so it is the index that template languages write this way.
                target = new MemberSyntax(at, target, new LiteralSyntax(at + 1, _token.Text[1..]), IsOptional: false);
                Advance();
            }
            else if (_token.Kind == TokenKind.Template)
            {
                if (optional) throw Fail("a template cannot follow '?.'");
                target = new TaggedTemplateSyntax(at, target, Template());
            }
            else break;
        }

        return optional ? new ChainSyntax(position, target) : target;
    }

    private Syntax Index()
    {
        Expect("[");
        Enter();
        var index = ExpressionWithIn();
        _depth--;
        Expect("]");
        return index;
    }

    private Syntax MemberName()
    {
        if (_token.Is("#")) return PrivateName();
        if (_token.Kind != TokenKind.Name) throw Unexpected();
        var name = new LiteralSyntax(_token.Start, _token.Text);
        Advance();
        return name;
    }

    private List<Syntax> Arguments()
    {
        Expect("(");
        Enter();
        var arguments = new List<Syntax>();
        while (!_token.Is(")"))
        {
            var at = _token.Start;
            arguments.Add(Take("...") ? new SpreadSyntax(at, AssignmentWithIn()) : AssignmentWithIn());
            if (!_token.Is(")")) Expect(",");
        }

        Expect(")");
        _depth--;
        return arguments;
    }

    private Syntax New()
    {
        var position = _token.Start;
        Advance();
        if (Take("."))
        {
            if (!_script || !TakeWord("target")) throw Fail("'new.target' is not supported");
            return new NewTargetSyntax(position);
        }

        Enter();
        var target = _token.IsWord("new") ? New() : Primary();
        while (true)
        {
            var at = _token.Start;
            if (Take(".")) target = new MemberSyntax(at, target, MemberName(), IsOptional: false);
            else if (_token.Is("[")) target = new MemberSyntax(at, target, Index(), IsOptional: false);
            else break;
        }

        _depth--;
        return new NewSyntax(position, target, _token.Is("(") ? Arguments() : []);
    }
}
