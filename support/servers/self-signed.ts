import { createServer } from 'node:https';
import { createSelfSigned } from '../../simulators/tls-server.js';
import { serveForTest } from './serve.js';

/** Starts a server with a self-signed certificate. It answers every request with success. */
export async function startSelfSignedServer() {
  const selfSigned = await createSelfSigned();
  let requests = 0;
  const server = createServer(selfSigned, (request, response) => {
    requests += 1;
    request.resume();
    response.setHeader('content-type', 'application/json').end('{"ok":true,"authenticated":true}');
  });
  const { port, host, close } = await serveForTest(server);
  return { port, cert: selfSigned.cert, url: `https://${host}`, requests: () => requests, close };
}
