// A gRPC server of another make: node server.mjs PORT NODE_MODULES [KEY CERTIFICATE]
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const [port, modules, key, certificate] = process.argv.slice(2);
const require = createRequire(path.join(modules, "x.js"));
const grpc = require("@grpc/grpc-js");
const loader = require("@grpc/proto-loader");

const file = path.join(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), "library.proto");
const definition = loader.loadSync(file, {
  keepCase: true,
  longs: String,
  enums: String,
  bytes: String,
  includeDirs: [path.join(modules, "google-proto-files")],
});
const { Library } = grpc.loadPackageDefinition(definition).library.v1;

const see = (call, answer) => answer(null, { json: JSON.stringify(call.request) });
const book = (i) => ({ name: `b${i}`, kind: "NOVEL", author_names: ["ann", "bob"] });

// google.rpc.Status with an Any of type library.v1.Book: { name: "why" }
function details(code, message) {
  const field = (number, bytes) => Buffer.concat([Buffer.from([number * 8 + 2, bytes.length]), bytes]);
  const any = Buffer.concat([field(1, Buffer.from("type.googleapis.com/library.v1.Book")), field(2, field(1, Buffer.from("why")))]);
  const other = Buffer.concat([field(1, Buffer.from("type.googleapis.com/other.Type")), field(2, Buffer.from([1, 2]))]);
  return Buffer.concat([Buffer.from([8, code]), field(2, Buffer.from(message)), field(3, any), field(3, other)]);
}

const server = new grpc.Server();
server.addService(Library.service, {
  // Does not answer at all to who asks for "slow".
  Get: (call, answer) => call.request.name === "slow" || see(call, answer),
  Update: see,
  Publish: see,
  List: (call, answer) => answer(null, { books: [book(1), book(2)] }),
  Echo: (call, answer) => {
    const headers = new grpc.Metadata();
    headers.set("x-head", call.metadata.get("x-ask").concat(call.metadata.get("x-ask-bin").map((b) => b.toString("hex")), call.metadata.get("authorization")).join(" ") || "h");
    call.sendMetadata(headers);
    const trailers = new grpc.Metadata();
    trailers.set("x-tail", "t");
    answer(null, call.request, trailers);
  },
  Watch: (call) => {
    for (let i = 1; i <= (call.request.count || 2); i++) call.write(book(i));
    if (call.request.fail) call.emit("error", { code: grpc.status.DATA_LOSS, details: "lost: 50%" });
    else call.end();
  },
  Fail: (call, answer) => {
    const metadata = new grpc.Metadata();
    if (call.request.message) metadata.set("grpc-status-details-bin", details(call.request.code, call.request.message));
    answer({ code: call.request.code, details: call.request.message || "no: ü", metadata });
  },
});
const credentials = key
  ? grpc.ServerCredentials.createSsl(null, [{ private_key: fs.readFileSync(key), cert_chain: fs.readFileSync(certificate) }])
  : grpc.ServerCredentials.createInsecure();
server.bindAsync(`127.0.0.1:${port}`, credentials, (error) => {
  if (error) throw error;
  console.log("ready");
});
