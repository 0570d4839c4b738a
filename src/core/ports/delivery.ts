import type { Html } from '../../base/html.js';

export interface Message {
  readonly channel: 'email' | 'sms';
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** HTML version, for e-mail only. */
  readonly html?: Html;
}

/** @throws `delivery_failed`, with a `DeliveryFault` in `detail` if known */
export interface Delivery {
  send(message: Message): Promise<void>;
}
