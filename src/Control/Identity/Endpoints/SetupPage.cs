using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Sluice.Control.Identity.Endpoints;

/// <summary><c>/setup</c>: the page behind the one-time link, where the first administrator chooses a name and a password.</summary>
internal static class SetupPage
{
    private const string Html =
        """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Sluice: first administrator</title>
        <style>
        body { font: 16px/1.5 system-ui, sans-serif; max-width: 24rem; margin: 4rem auto; padding: 0 1rem; color: #1c2430 }
        label { display: block; margin-top: 1rem } input, button { font: inherit; width: 100%; box-sizing: border-box; padding: .5rem }
        button { margin-top: 1.5rem } p[role=status] { min-height: 1.5em }
        </style></head>
        <body><h1>First administrator</h1>
        <p>Nobody has an account on this gateway yet. From now on the admin API asks everybody to sign in.</p>
        <form id="form"><label>User <input name="username" autocomplete="username" required maxlength="100"></label>
        <label>Password, at least 10 characters <input name="password" type="password" autocomplete="new-password" required minlength="10" maxlength="200"></label>
        <button>Create</button><p role="status" id="status"></p></form>
        <script>
        const token = new URLSearchParams(location.search).get('token') || '';
        history.replaceState(null, '', location.pathname);
        document.getElementById('form').addEventListener('submit', async event => {
          event.preventDefault();
          const form = new FormData(event.target);
          const answer = await fetch('/api/v1/auth/setup', { method: 'POST', headers: { 'Content-Type': 'application/json' },
            body: JSON.stringify({ token, username: form.get('username'), password: form.get('password') }) });
          const body = await answer.json();
          document.getElementById('status').textContent = body.success ? 'Done. You are signed in.' : body.error.message;
        });
        </script></body></html>
        """;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/setup", http =>
    {
        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; form-action 'none'; base-uri 'none'";
        return http.Response.WriteAsync(Html, http.RequestAborted);
    });
}
