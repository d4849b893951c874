using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Sluice.Gateway.Extending;

/// <summary>
/// Puts a call of <see cref="PluginGuard.Step"/> at the head of every loop and of every body that could call itself, so that code which never ends can be
/// stopped: .NET cannot end a thread from outside. Nothing is put on lines of its own: stack traces name the lines as they are written.
/// </summary>
internal sealed class GuardInsertion(string step = nameof(PluginGuard.Step), bool lambdas = false) : CSharpSyntaxRewriter
{
    private readonly StatementSyntax call = SyntaxFactory.ParseStatement($"global::{typeof(PluginGuard).FullName}.{step}();");

    public override SyntaxNode? VisitWhileStatement(WhileStatementSyntax node) =>
        base.VisitWhileStatement(node) is WhileStatementSyntax loop ? loop.WithStatement(Guarded(loop.Statement)) : null;

    public override SyntaxNode? VisitDoStatement(DoStatementSyntax node) =>
        base.VisitDoStatement(node) is DoStatementSyntax loop ? loop.WithStatement(Guarded(loop.Statement)) : null;

    public override SyntaxNode? VisitForStatement(ForStatementSyntax node) =>
        base.VisitForStatement(node) is ForStatementSyntax loop ? loop.WithStatement(Guarded(loop.Statement)) : null;

    public override SyntaxNode? VisitForEachStatement(ForEachStatementSyntax node) =>
        base.VisitForEachStatement(node) is ForEachStatementSyntax loop ? loop.WithStatement(Guarded(loop.Statement)) : null;

    public override SyntaxNode? VisitForEachVariableStatement(ForEachVariableStatementSyntax node) =>
        base.VisitForEachVariableStatement(node) is ForEachVariableStatementSyntax loop ? loop.WithStatement(Guarded(loop.Statement)) : null;

    public override SyntaxNode? VisitLabeledStatement(LabeledStatementSyntax node) =>
        base.VisitLabeledStatement(node) is LabeledStatementSyntax label && label.Statement is not LocalDeclarationStatementSyntax ? label.WithStatement(Guarded(label.Statement)) : node;

    public override SyntaxNode? VisitMethodDeclaration(MethodDeclarationSyntax node) =>
        base.VisitMethodDeclaration(node) switch
        {
            MethodDeclarationSyntax { Body: { } body } method => method.WithBody(Guarded(body)),
            MethodDeclarationSyntax { ExpressionBody: { } result } method when IsPlain(method.Modifiers, method.ReturnType) =>
                method.WithExpressionBody(null).WithSemicolonToken(default).WithBody(Guarded(result.Expression, method.ReturnType)),
            var other => other,
        };

    public override SyntaxNode? VisitLocalFunctionStatement(LocalFunctionStatementSyntax node) =>
        base.VisitLocalFunctionStatement(node) switch
        {
            LocalFunctionStatementSyntax { Body: { } body } function => function.WithBody(Guarded(body)),
            LocalFunctionStatementSyntax { ExpressionBody: { } result } function when IsPlain(function.Modifiers, function.ReturnType) =>
                function.WithExpressionBody(null).WithSemicolonToken(default).WithBody(Guarded(result.Expression, function.ReturnType)),
            var other => other,
        };

    public override SyntaxNode? VisitSimpleLambdaExpression(SimpleLambdaExpressionSyntax node) =>
        base.VisitSimpleLambdaExpression(node) is SimpleLambdaExpressionSyntax lambda && lambdas ? lambda.WithBody(Guarded(lambda)) : base.VisitSimpleLambdaExpression(node);

    public override SyntaxNode? VisitParenthesizedLambdaExpression(ParenthesizedLambdaExpressionSyntax node) =>
        base.VisitParenthesizedLambdaExpression(node) is ParenthesizedLambdaExpressionSyntax lambda && lambdas ? lambda.WithBody(Guarded(lambda)) : base.VisitParenthesizedLambdaExpression(node);

    /// <summary>Only where lambdas that return nothing are known to have braces.</summary>
    private BlockSyntax Guarded(LambdaExpressionSyntax lambda) => lambda.Block is { } block
        ? Guarded(block)
        : Guarded(lambda.ExpressionBody!, SyntaxFactory.IdentifierName("var"));

    /// <summary>One whose <c>=> x</c> means <c>{ return x; }</c>, or <c>{ x; }</c> where it returns nothing.</summary>
    private static bool IsPlain(SyntaxTokenList modifiers, TypeSyntax returned) => !modifiers.Any(SyntaxKind.AsyncKeyword) && returned is not RefTypeSyntax;

    private BlockSyntax Guarded(ExpressionSyntax result, TypeSyntax returned) => SyntaxFactory.Block(call, result switch
    {
        ThrowExpressionSyntax thrown => SyntaxFactory.ThrowStatement(thrown.Expression.WithLeadingTrivia(SyntaxFactory.Space)),
        _ when returned is PredefinedTypeSyntax { Keyword.RawKind: (int)SyntaxKind.VoidKeyword } => SyntaxFactory.ExpressionStatement(result),
        _ => SyntaxFactory.ReturnStatement(result.WithLeadingTrivia(SyntaxFactory.Space)),
    });

    private BlockSyntax Guarded(StatementSyntax statement) => statement is BlockSyntax block
        ? block.WithStatements(block.Statements.Insert(0, call))
        : SyntaxFactory.Block(call, statement);
}
