import { type IncomingMessage, ServerResponse } from 'node:http';
import { sourceOf } from './access-log.js';

const mebibyte = 1024 * 1024;

/** Limits of bytes that were sent but not read. Together with the pools of bodies they fit a container of 1 GiB. */
export interface ReplyLimits {
  readonly capacityBytes: number;
  /** Maximum of one source address, in bytes. */
  readonly shareBytes: number;
  /** Steps (ticks of the watchdog, one per second) after which a reply whose client reads nothing is closed. */
  readonly patienceSteps: number;
  readonly stepMs: number;
}

export const replyLimits: ReplyLimits = {
  capacityBytes: 96 * mebibyte,
  shareBytes: 24 * mebibyte,
  // A client that reads one chunk in this time, 2 KiB per second, is served.
  patienceSteps: 30,
  stepMs: 1000,
};

/** Size of the parts of a large reply. A part is sent when the client has read the one before. */
const chunkBytes = 64 * 1024;

interface Unread {
  readonly source: string;
  readonly close: () => void;
  bytes: number;
  idleSteps: number;
}

/**
 * Counts the bytes that clients have not read yet. If they exceed a limit, the reply is closed that has waited longest
 * for its client: one of the same source for the limit of a source, otherwise one of the source that holds most.
 */
export class UnreadReplies {
  #held = 0;
  readonly #heldOf = new Map<string, number>();
  /** The reply whose client has read nothing for longest comes first. */
  readonly #replies = new Set<Unread>();
  readonly #timer: NodeJS.Timeout;

  constructor(readonly limits: ReplyLimits) {
    this.#timer = setInterval(() => this.#step(), limits.stepMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Records how many bytes of a reply are unread; 0 ends the record. */
  note(reply: Unread, bytes: number): void {
    const added = bytes - reply.bytes;
    reply.bytes = bytes;
    this.#held += added;
    const held = (this.#heldOf.get(reply.source) ?? 0) + added;
    if (held === 0) this.#heldOf.delete(reply.source);
    else this.#heldOf.set(reply.source, held);
    if (bytes === 0) this.#replies.delete(reply);
    else if (added < 0 || !this.#replies.has(reply)) {
      reply.idleSteps = 0;
      this.#replies.delete(reply);
      this.#replies.add(reply);
    }
    if (added > 0) this.#makeRoom(reply);
  }

  #makeRoom(latest: Unread): void {
    const { shareBytes, capacityBytes } = this.limits;
    while ((this.#heldOf.get(latest.source) ?? 0) > shareBytes)
      if (!this.#close((each) => each !== latest && each.source === latest.source)) break;
    while (this.#held > capacityBytes) {
      // An honest client may read slowly, so the source that holds most gives way.
      const source = this.#findLargest();
      if (!this.#close((each) => each !== latest && each.source === source)) break;
    }
  }

  #findLargest(): string | null {
    let largest: string | null = null;
    let most = 0;
    for (const [source, bytes] of this.#heldOf)
      if (bytes > most) {
        largest = source;
        most = bytes;
      }
    return largest;
  }

  #close(isChosen: (reply: Unread) => boolean): boolean {
    for (const reply of this.#replies) {
      if (!isChosen(reply)) continue;
      this.note(reply, 0);
      reply.close();
      return true;
    }
    return false;
  }

  #step(): void {
    for (const reply of this.#replies) reply.idleSteps += 1;
    while (this.#close(({ idleSteps }) => idleSteps >= this.limits.patienceSteps));
  }
}

type Callback = (error?: Error | null) => void;

/**
 * Creates the class of replies for `createServer`. Their unread bytes are counted, and a large body is sent in parts, so
 * that the reading pace of the client shows.
 */
export function createReplyClass(unread: UnreadReplies): typeof ServerResponse {
  return class CountedReply<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {
    #reply: Unread | null = null;
    /** Part of the body that was not handed to the connection yet. */
    #rest: Buffer | null = null;

    override write(chunk: unknown, encoding?: BufferEncoding | Callback, callback?: Callback): boolean {
      const taken =
        typeof encoding === 'function'
          ? super.write(chunk, encoding)
          : encoding === undefined
            ? super.write(chunk, callback)
            : super.write(chunk, encoding, callback);
      this.#note();
      return taken;
    }

    override end(chunk?: unknown, encoding?: BufferEncoding | (() => void), callback?: () => void): this {
      if (this.#rest !== null) return this;
      const text = typeof encoding === 'string' ? encoding : 'utf8';
      const body = typeof chunk === 'string' && chunk.length > chunkBytes ? Buffer.from(chunk, text) : chunk;
      if (Buffer.isBuffer(body) && body.length > chunkBytes && this.req.method !== 'HEAD') {
        if (!this.headersSent && !this.hasHeader('content-length')) this.setHeader('Content-Length', body.length);
        this.#rest = body;
        this.#sendRest(typeof encoding === 'function' ? encoding : callback);
        return this;
      }
      if (typeof chunk === 'function') super.end(() => void chunk());
      else if (typeof encoding === 'function') super.end(chunk, encoding);
      else if (encoding === undefined) super.end(chunk, callback);
      else super.end(chunk, encoding, callback);
      this.#note();
      return this;
    }

    #sendRest(callback: (() => void) | undefined): void {
      while (this.#rest !== null && this.#rest.length > chunkBytes) {
        const part = this.#rest.subarray(0, chunkBytes);
        this.#rest = this.#rest.subarray(chunkBytes);
        if (!this.write(part)) return void this.once('drain', () => this.#sendRest(callback));
      }
      const last = this.#rest;
      this.#rest = null;
      super.end(last, callback);
      this.#note();
    }

    #note(): void {
      const isOver = this.writableFinished || this.destroyed;
      const bytes = isOver ? 0 : (this.#rest?.length ?? 0) + this.writableLength;
      if (this.#reply === null) {
        // Most replies are read at once and need no record.
        if (bytes === 0) return;
        const close = (): void => void this.socket?.destroy();
        this.#reply = { source: sourceOf(this.req), close, bytes: 0, idleSteps: 0 };
        this.on('drain', () => this.#note());
        this.once('finish', () => this.#note());
        this.once('close', () => this.#note());
      }
      unread.note(this.#reply, bytes);
    }
  };
}
