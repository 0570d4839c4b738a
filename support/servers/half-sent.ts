import { connect } from 'node:net';

/** Sends a head and a partial body. The test sends the rest. */
export async function sendHalf(
  port: number,
  path: string,
  { headers = {}, body = '' }: { headers?: Record<string, string>; body?: string | Uint8Array } = {},
) {
  const socket = connect(port, '127.0.0.1');
  let received = '';
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  // A connection reset during a write raises an error.
  socket.on('error', () => {});
  const answer = new Promise<string>((resolve) => {
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      const end = received.indexOf('\r\n\r\n');
      if (end !== -1 && !received.startsWith('HTTP/1.1 100')) resolve(received.slice(0, end));
    });
    closed.then(() => resolve(received));
  });
  const write = (data: string | Uint8Array): Promise<void> =>
    Promise.race([new Promise<void>((resolve) => void socket.write(data, () => resolve())), closed]);
  const lines = Object.entries({ host: 'x', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  await write(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
  if (body.length > 0) await write(body);
  return { write, received: () => received, answer, closed, end: () => socket.destroy() };
}

export type HalfSent = Awaited<ReturnType<typeof sendHalf>>;
