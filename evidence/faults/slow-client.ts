import { connect, type Socket } from 'node:net';
import { z } from 'zod';
import { answerParent } from '../bench/forked.js';

/* Opens nearly idle connections in a separate process: half with endless headers, half with an incomplete body. */

const jobGuard = z.object({ port: z.int(), connections: z.int() });

/** Interval at which one byte is sent, so that connections do not look idle. */
const everyMs = 2_000;

const beginnings = [
  'POST /generateToken HTTP/1.1\r\nHost: faults\r\nX-Slow: ',
  'POST /hooks/workforce/token HTTP/1.1\r\nHost: faults\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{',
];

const sockets = new Set<Socket>();
const ends: Record<string, number> = {};
let opened = 0;

function open(port: number, beginning: string): void {
  const socket = connect(port, '127.0.0.1');
  let end = 'closed without a word';
  socket.on('connect', () => {
    opened += 1;
    sockets.add(socket);
    socket.write(beginning);
  });
  socket.on('data', (bytes) => {
    end = `answered ${bytes.toString('latin1').split(' ')[1] ?? ''}`;
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    sockets.delete(socket);
    ends[end] = (ends[end] ?? 0) + 1;
  });
}

function begin(job: z.output<typeof jobGuard>): void {
  setInterval(() => {
    for (const socket of sockets) socket.write('x');
  }, everyMs);
  let left = job.connections;
  // Opens connections in batches, because the system's accept queue is limited.
  const openSome = (): void => {
    for (let n = 0; n < 200 && left > 0; n += 1, left -= 1) open(job.port, beginnings[left % 2] ?? '');
    if (left > 0) setTimeout(openSome, 20);
  };
  openSome();
}

answerParent((message) => {
  const told = { opened, standing: sockets.size, ends };
  const job = jobGuard.safeParse(message).data;
  if (job !== undefined) begin(job);
  return told;
});
