import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { requestBounds, requestGuard } from '../../src/face/engine/messages.js';
import { decodeMessage, encodeMessage, readMessages, writeMessage } from '../../src/face/engine/pipe-messages.js';

/* A program in the place of the one that parses pictures: a decoder that was taken over, and tries what it must not. */

const attempt = (act: () => unknown): string => {
  try {
    return String(act());
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
};

const reach = (host: string, port: number): Promise<string> =>
  new Promise((resolve) => {
    const socket = connect(port, host, () => resolve('connected'));
    socket.on('error', (error) => resolve('code' in error ? String(error.code) : error.message));
  });

function allocate(): string {
  const held: Buffer[] = [];
  while (held.length < 16) held.push(Buffer.alloc(2 ** 30));
  return `${held.length} GiB`;
}

for await (const message of readMessages(process.stdin, requestBounds)) {
  const { slot } = requestGuard.parse(decodeMessage(message));
  const [port = '0'] = process.argv.slice(2);
  const detail = {
    environment: Object.keys(process.env).join(),
    network: await reach('127.0.0.1', Number(port)),
    read: attempt(() => readFileSync('/etc/passwd', 'utf8')),
    write: attempt(() => writeFileSync('/tmp/facestep-presence-probe', 'x')),
    program: attempt(() => spawnSync('/bin/true').status),
    memory: attempt(allocate),
  };
  writeMessage(
    process.stdout,
    encodeMessage({ slot, reply: { outcome: 'refused', code: 'internal', detail, tookMs: 0 } }),
  );
  break;
}
