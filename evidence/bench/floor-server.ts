import { fork } from 'node:child_process';
import { timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';

/*
 * What no server that answers a hook can avoid: Node's HTTP server, the body as JSON, and a comparison of the secret in
 * constant time. It runs in a process of its own, so that its processor time can be read as that of the service.
 */

const secret = Buffer.from('Bearer the-hook-secret-of-the-benchmark');

export async function startFloorServer() {
  const child = fork(fileURLToPath(import.meta.url), ['serve'], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const [port]: unknown[] = await once(child, 'message');
  return {
    url: `http://127.0.0.1:${String(port)}`,
    pid: child.pid ?? 0,
    async stop() {
      child.kill();
      await once(child, 'exit');
    },
  };
}

function serve(): void {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const given = Buffer.from(request.headers.authorization ?? '');
      const isKnown = given.length === secret.length && timingSafeEqual(given, secret);
      const body: unknown = chunks.length === 0 ? null : JSON.parse(Buffer.concat(chunks).toString('utf8'));
      const answer = JSON.stringify({ ok: isKnown || body === null });
      response.writeHead(200, { 'content-type': 'application/json' }).end(answer);
    });
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    process.send?.(typeof address === 'object' ? address?.port : null);
  });
}

if (process.argv[2] === 'serve') serve();
