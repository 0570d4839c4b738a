import { connect } from 'node:net';
import { type Answer, countAnswers, parseAnswer } from './answer.js';

export interface Piece {
  readonly bytes: Buffer;
  readonly afterMs: number;
}

export interface Wire {
  readonly pieces: readonly Piece[];
  /**
   * Action of the sender after its last byte. `waits`: waits for one answer. `closes`: closes the connection.
   * `watches`: waits for further answers after the first.
   */
  readonly afterwards: 'waits' | 'closes' | 'watches';
}

export interface Exchange {
  readonly answer: Answer | null;
  readonly answers: number;
  /** `left`: the sender closed the connection before an answer. */
  readonly end: 'answered' | 'cut' | 'left' | 'hung';
  readonly ms: number;
}

export const atOnce = (bytes: Buffer, afterwards: Wire['afterwards'] = 'waits'): Wire => ({
  pieces: [{ bytes, afterMs: 0 }],
  afterwards,
});

const watchedMs = 400;

const lingersMs = 20;

/** @param from - source address in 127.0.0.0/8 */
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
    // A server that refuses a body may reset the connection after its answer.
    socket.on('error', () => {});
    socket.once('close', () => settle('cut'));
  });
}
