// An OpenID provider for tests: oidc-provider with accounts that need no password page, and tokens as the test asks for them.
// Usage: node server.mjs PORT NODE_MODULES REDIRECT_URI
import http from 'node:http';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [port, modules, redirectUri] = process.argv.slice(2);
const { default: Provider } = await import(pathToFileURL(createRequire(`${modules}/x.js`).resolve('oidc-provider')));
const issuer = `http://127.0.0.1:${port}`;
const resource = 'https://orders.test';

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'gateway', client_secret: 'gateway-secret', redirect_uris: [redirectUri], post_logout_redirect_uris: ['http://gateway.test/bye'],
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'], response_types: ['code'],
    },
    { client_id: 'robot', client_secret: 'robot-secret', redirect_uris: [], response_types: [], grant_types: ['client_credentials'] },
  ],
  cookies: { keys: ['for tests only'] },
  scopes: ['openid', 'offline_access', 'orders:read', 'orders:write'],
  claims: { openid: ['sub', 'name', 'groups'] },
  conformIdTokenClaims: false,
  pkce: { methods: ['S256'], required: () => true },
  rotateRefreshToken: true,
  issueRefreshToken: async (ctx, client) => client.grantTypeAllowed('refresh_token'),
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true, allowedPolicy: () => true },
    revocation: { enabled: true },
    rpInitiatedLogout: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: (ctx) => (ctx.oidc.params.resource ? ctx.oidc.params.resource : undefined),
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({ scope: 'orders:read orders:write', audience: resource, accessTokenFormat: 'jwt', accessTokenTTL: 300, jwt: { sign: { alg: 'RS256' } } }),
    },
  },
  ttl: { AccessToken: 300, ClientCredentials: 300, IdToken: 300, RefreshToken: 3600, Session: 3600, Grant: 3600, Interaction: 600 },
  interactions: { url: (ctx, interaction) => `/login/${interaction.uid}` },
  findAccount: (ctx, id) => ({ accountId: id, claims: async () => ({ sub: id, name: `Account ${id}`, groups: ['staff', 'buyers'] }) }),
});

const answer = provider.callback();
http.createServer(async (request, response) => {
  if (!request.url.startsWith('/login/')) return answer(request, response);
  // Whoever comes is ann and consents to everything.
  try {
    const { prompt, params, grantId } = await provider.interactionDetails(request, response);
    if (prompt.name === 'login') {
      await provider.interactionFinished(request, response, { login: { accountId: 'ann' } }, { mergeWithLastSubmission: false });
      return;
    }
    const grant = grantId ? await provider.Grant.find(grantId) : new provider.Grant({ accountId: 'ann', clientId: params.client_id });
    grant.addOIDCScope('openid offline_access');
    grant.addResourceScope(resource, 'orders:read orders:write');
    await provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } }, { mergeWithLastSubmission: true });
  } catch (e) {
    response.statusCode = 500;
    response.end(String(e));
  }
}).listen(Number(port), '127.0.0.1', () => console.log('ready'));
