// SOAP services for tests, served by npm's soap: /shop (document/literal, SOAP 1.1), /shop12 (the same, SOAP 1.2), /secure (with WS-Security)
// and /calc (rpc/literal). GET /last gives the envelope that was posted last.
// Usage: node server.mjs PORT NODE_MODULES
import http from 'node:http';
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [port, modules] = process.argv.slice(2);
const soap = createRequire(modules + '/')('soap');
const file = name => fileURLToPath(new URL(name, import.meta.url));

const shop = {
  GetCustomer({ id }) {
    if (id === 404) throw { Fault: { faultcode: 'soap:Client', faultstring: 'no such customer', detail: { missing: { id } }, statusCode: 500 } };
    if (id === 405) throw { Fault: { Code: { Value: 'soap:Sender', Subcode: { value: 'shop:NoSuchCustomer' } }, Reason: { Text: 'no such customer' }, statusCode: 400 } };
    return { customer: { attributes: { id }, name: 'Ann <Ä>', born: '1990-02-03', email: id === 1 ? 'a@x.test' : ['a@x.test', 'b@x.test'], active: true, credit: '12.50' } };
  },
  PlaceOrder({ line }) {
    const lines = Array.isArray(line) ? line : [line];
    return { number: 'A-' + lines.length, total: String(lines.reduce((sum, l) => sum + Number(l.price.$value ?? l.price), 0)) };
  },
};
const calc = { Add: ({ a, b }) => ({ sum: Number(a.$value ?? a) + Number(b.$value ?? b) }) };

let last = '';
const server = http.createServer((request, response) => {
  if (request.url === '/last') return response.end(last);
  if (request.url === '/broken') return response.writeHead(503).end('down for today');
  if (request.url === '/page') return response.writeHead(200, { 'content-type': 'text/html' }).end('<!DOCTYPE html><p>hello');
  response.writeHead(404).end();
});
server.listen(Number(port), '127.0.0.1', () => {
  const serve = (path, wsdl, services, options = {}) => {
    const served = soap.listen(server, { path, services, xml: readFileSync(file(wsdl), 'utf8'), uri: file(wsdl), ...options });
    served.log = (type, data) => { if (type === 'received') last = String(data); };
    return served;
  };
  serve('/shop12', 'shop.wsdl', { ShopService: { Shop12: shop, Shop11: shop } }, { forceSoap12Headers: true });
  serve('/shop', 'shop.wsdl', { ShopService: { Shop11: shop, Shop12: shop } });
  serve('/calc', 'calc.wsdl', { CalcService: { Calc: calc } });
  serve('/secure', 'shop.wsdl', { ShopService: { Shop11: shop, Shop12: shop } }).authenticate = security => {
    const { Username, Password, Nonce, Created } = security?.UsernameToken ?? {};
    const sent = Password?.$value ?? Password;
    const digest = createHash('sha1').update(Buffer.concat([Buffer.from(Nonce?.$value ?? Nonce ?? '', 'base64'), Buffer.from(Created?.$value ?? Created ?? ''), Buffer.from('geheim-123')])).digest('base64');
    return Username === 'ann' && (Password?.attributes?.Type?.endsWith('#PasswordDigest') ? sent === digest : sent === 'geheim-123');
  };
  setTimeout(() => console.log('ready'), 100);
});
