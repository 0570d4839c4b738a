import { connect } from 'node:net';
import { type Answer, countAnswers, parseAnswer } from './answer.js';

/** Some bytes, and how long after those before them they are sent. */
export interface Piece {
  readonly bytes: Buffer;
  readonly afterMs: number;
}

/** What one connection sends. */
export interface Wire {
  readonly pieces: readonly Piece[];
  /** `closes`: the sender is gone after its last byte. `watches`: it waits for more answers than one. */
  readonly afterwards: 'waits' | 'closes' | 'watches';
}

/** What came of a connection. */
export interface Exchange {
  /** `null` where the server said nothing, or not the whole of it. */
  readonly answer: Answer | null;
  /** How many whole answers came. */
  readonly answers: number;
  /** `left`: the sender went away itself, before an answer. */
  readonly end: 'answered' | 'cut' | 'left' | 'hung';
  readonly ms: number;
}

/** Everything in one go. */
export const atOnce = (bytes: Buffer, afterwards: Wire['afterwards'] = 'waits'): Wire => ({
  pieces: [{ bytes, afterMs: 0 }],
  afterwards,
});

/** How long a connection that may bring a second answer is watched. */
const watchedMs = 400;

/** A sender that goes away lets the server see its last byte first. */
const lingersMs = 20;

/**
 * Sends the bytes as they are, and takes what comes.
 * @param from - the sender's own address, such as 127.9.0.1: every address of that network is this machine
 * @param patienceMs - from the last byte on; who has neither an answer nor an end by then hangs
 */
export function exchange(
  wire: Wire,
  { port, from, patienceMs }: { readonly port: number; readonly from: string; readonly patienceMs: number },
): Promise<Exchange> {
  return new Promise((resolve) => {
    const began = performance.now();
    const came: Buffer[] = [];
    const timers: NodeJS.Timeout[] = [];
    const socket = connect({ port, host: '127.0.0.1', localAddress: from });
    const settle = (end: Exchange['end']): void => {
      for (const timer of timers) clearTimeout(timer);
      socket.removeAllListeners().on('error', () => {});
      socket.destroy();
      const all = Buffer.concat(came);
      const answer = parseAnswer(all);
      const told = answer === null ? end : 'answered';
      resolve({ answer, answers: countAnswers(all), end: told, ms: performance.now() - began });
    };
    const later = (ms: number, act: () => void): void => void timers.push(setTimeout(act, ms));
    const send = (at: number): void => {
      const piece = wire.pieces[at];
      if (piece === undefined) {
        if (wire.afterwards === 'closes') later(lingersMs, () => settle('left'));
        else later(patienceMs, () => settle('hung'));
        return;
      }
      const write = (): void => void socket.write(piece.bytes, () => send(at + 1));
      if (piece.afterMs === 0) write();
      else later(piece.afterMs, write);
    };
    socket.setNoDelay(true);
    socket.once('connect', () => send(0));
    socket.on('data', (bytes: Buffer) => {
      came.push(bytes);
      if (parseAnswer(Buffer.concat(came)) === null) return;
      if (wire.afterwards === 'watches') later(watchedMs, () => settle('answered'));
      else settle('answered');
    });
    // A server that has had enough of a body resets the connection, with the answer on its way.
    socket.on('error', () => {});
    socket.once('close', () => settle('cut'));
  });
}
