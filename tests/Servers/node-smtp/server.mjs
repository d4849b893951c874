// A mail server for tests, npm's smtp-server: user "u" with password "p", which it takes inside TLS only. It refuses mail for refused@x.test.
// GET / on the port for HTTP gives the mails that came, as JSON, with the session that each came by.
// Usage: node server.mjs SMTP_PORT HTTP_PORT NODE_MODULES
import http from 'node:http';
import { createRequire } from 'node:module';

const [port, control, modules] = process.argv.slice(2);
const { SMTPServer } = createRequire(modules + '/')('smtp-server');
const mails = [];

new SMTPServer({
  authOptional: true,
  onAuth: ({ username, password, method }, session, done) =>
    username === 'u' && password === 'p' ? done(null, { user: username + ' by ' + method }) : done(Object.assign(new Error('Invalid login'), { responseCode: 535 })),
  onRcptTo: ({ address }, session, done) => done(address === 'refused@x.test' ? Object.assign(new Error('No such mailbox'), { responseCode: 550 }) : null),
  onData: (stream, session, done) => {
    const pieces = [];
    stream.on('data', piece => pieces.push(piece));
    stream.on('end', () => {
      mails.push({ session: session.id, secure: session.secure, user: session.user ?? null, from: session.envelope.mailFrom.address, to: session.envelope.rcptTo.map(r => r.address), content: Buffer.concat(pieces).toString('latin1') });
      done(null, 'taken');
    });
  },
}).listen(Number(port), '127.0.0.1', () => http.createServer((request, response) => response.end(JSON.stringify(mails))).listen(Number(control), '127.0.0.1'));
