// An object store of another make: node server.mjs PORT NODE_MODULES FOLDER
// s3rver keeps the objects; in front of it signatures are checked by npm's aws4, since s3rver takes any of version 4.
import { createRequire } from "node:module";
import http from "node:http";
import path from "node:path";

const [port, modules, folder] = process.argv.slice(2);
const require = createRequire(path.join(modules, "x.js"));
const aws4 = require("aws4");

// s3rver encrypts the token of a list's next page with DES, which OpenSSL 3 has no more.
const shared = require("node:crypto");
for (const name of ["createCipheriv", "createDecipheriv"]) {
  const make = shared[name];
  shared[name] = (kind, key, iv) => (kind === "des" ? make("aes-128-cbc", Buffer.concat([key, key]), Buffer.concat([iv, iv])) : make(kind, key, iv));
}

const S3rver = require("s3rver");

const region = "test-region-1";
// S3RVER is the only key that s3rver knows.
const keys = { S3RVER: "geheim-123/+" };
const store = new S3rver({ directory: folder, silent: true, vhostBuckets: false });
const answer = store.callback();
let away = false;
let deleted = Promise.resolve();

function refusal(request) {
  const [, key, scope, signed, given] = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]+)$/.exec(request.headers.authorization ?? "") ?? [];
  if (!given) return [403, "AccessDenied", "Access Denied"];
  if (!(key in keys)) return [403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."];
  const where = scope.split("/")[1];
  if (where !== region) return [400, "AuthorizationHeaderMalformed", `The authorization header is malformed; the region '${where}' is wrong; expecting '${region}'`];
  const headers = Object.fromEntries(signed.split(";").map((name) => [name, request.headers[name] ?? ""]));
  const expected = new aws4.RequestSigner(
    { service: "s3", region, method: request.method, path: request.url, headers, doNotModifyHeaders: true, extraHeadersToInclude: Object.fromEntries(signed.split(";").map((n) => [n, true])) },
    { accessKeyId: key, secretAccessKey: keys[key] },
  );
  expected.datetime = request.headers["x-amz-date"];
  return expected.signature() === given ? null : [403, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided."];
}

http
  .createServer((request, response) => {
    // For tests: /-/away makes it answer 503 to everything, /-/back ends that.
    if (request.url.startsWith("/-/")) {
      away = request.url === "/-/away";
      response.end();
      return;
    }

    const [status, code, message] = away ? [503, "SlowDown", "Please reduce your request rate."] : refusal(request) ?? [];
    if (status) {
      request.resume();
      response.writeHead(status, { "content-type": "application/xml" });
      response.end(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message><RequestId>r-1</RequestId></Error>`);
      return;
    }

    // Amazon decodes all of the source of a copy, s3rver only what cannot stand in an address.
    const source = request.headers["x-amz-copy-source"];
    if (source) request.headers["x-amz-copy-source"] = encodeURI(decodeURIComponent(source));
    if (request.method !== "DELETE") {
      answer(request, response);
      return;
    }

    // Of two that leave the same folder empty s3rver fails one, so they come one after the other.
    deleted = deleted.then(
      () =>
        new Promise((done) => {
          response.on("close", done);
          answer(request, response);
        }),
    );
  })
  .listen(Number(port), "127.0.0.1", () => console.log("ready"));
