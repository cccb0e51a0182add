import { openSync } from "node:fs";
import { createServer } from "node:http";

// Plays what a test asks for by its path, as the program of a Web Function.

const [host, port] = process.env.AWS_LAMBDA_HTTP_ENDPOINT.split(":");
const kept = [];

async function bytesIn(request) {
  let bytes = 0;
  for await (const chunk of request) bytes += chunk.length;
  return bytes;
}

/** Descriptors until there are no more. */
function openAll() {
  let opened = 0;
  try {
    for (;;) {
      openSync("/dev/null", "r");
      opened += 1;
    }
  } catch (error) {
    return { opened, code: error.code };
  }
}

const PLAYS = {
  "/echo": async (request) => ({
    pid: process.pid,
    method: request.method,
    headers: request.headers,
    variables: Object.keys(process.env),
    bytes: await bytesIn(request),
  }),
  /** before anything of the body is read */
  "/early": () => ({ early: true }),
  "/crash": async (request) => {
    for await (const _ of request) process.exit(1);
  },
  "/greedy": async () => {
    for (;;) {
      kept.push(Buffer.alloc(16 * 1024 * 1024, 1));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  },
  "/files": () => openAll(),
};

createServer(async (request, response) => {
  // An answer that is begun, and a body that nobody reads.
  if (request.url === "/stuck") return void response.write("begun");
  const answer = await PLAYS[request.url](request);
  const text = JSON.stringify(answer);
  response.writeHead(200, { "Content-Length": text.length, "X-Own": "kept" }).end(text);
}).listen(Number(port), host);
