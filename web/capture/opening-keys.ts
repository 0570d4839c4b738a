import { toBase64url } from './base64url.js';
import type { Memory } from './browser-memory.js';

export class OpeningKeys {
  #last: string | null = null;

  /** @param memory - storage that survives a reload; `null` to store nothing */
  constructor(private readonly memory: Memory | null) {}

  keyOf(ticket: string): string {
    const [known, kept] = (this.#last ?? this.memory?.read() ?? '').split(' ');
    const key = known === ticket && kept !== undefined ? kept : toBase64url(crypto.getRandomValues(new Uint8Array(32)));
    this.#last = `${ticket} ${key}`;
    this.memory?.write(this.#last);
    return key;
  }
}
